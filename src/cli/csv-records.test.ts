import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { csvRecords, type HeaderUse } from './csv-records.ts'

const csv = '\uFEFFid,text\r\n1,one\r\n\r\n2,"two\nlines, and ""quotes"""\r\n3,"open'

async function recordsOf(use: HeaderUse): Promise<readonly string[]> {
  const records: string[] = []
  for await (const record of csvRecords(Readable.from([csv]), use)) records.push(record)
  return records
}

void test('the header goes before each record, or nowhere; a line break in quotes ends no record', async () => {
  const records = ['1,one', '2,"two\nlines, and ""quotes"""', '3,"open']
  assert.deepEqual(await recordsOf('skip'), records)
  assert.deepEqual(
    await recordsOf('send'),
    records.map((record) => `id,text\n${record}`),
  )
})
