import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { isProvable, proveLines } from './prove-lines.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'text', type: 'string' },
]
const never = new AbortController().signal

void suite('INV-C8: lines of JSON that are looked through', () => {
  const home = mkdtempSync(join(tmpdir(), 'weir-prove-'))
  const path = join(home, 'a.ndjson')
  after(() => rmSync(home, { recursive: true }))
  const longestOf = (text: string) => {
    writeFileSync(path, text)
    return proveLines(path, columns, never)
  }

  void test('are all looked at, wherever the pieces end in which they are read, and the longest is told', async () => {
    const line = (bytes: number) => `{"id":1,"text":"${'x'.repeat(bytes - 18)}"}`
    const piece = 1 << 20
    for (const bytes of [100, piece - 1, piece, piece + 1, piece + 63, 3 * piece]) {
      const lines = [line(40), line(bytes), line(50)].join('\n')
      assert.equal(await longestOf(lines), bytes, `${bytes}`)
      assert.equal(await longestOf(`${lines}\n`), bytes, `${bytes}`)
      for (const wrong of ['{"id":1.5}', '{"id":1', '\u0000', '{"text":"\\ud800"}', '{"id":1}x'])
        assert.equal(await longestOf(`${lines}\n${wrong}\n`), undefined, `${bytes} ${wrong}`)
    }
    const many = `${line(1000)}\n`.repeat(2500)
    assert.equal(await longestOf(many), 1000)
    assert.equal(await longestOf(`${many}{"id":1,"id":1}\n${many}`), undefined)
  })

  void test('a line that is one only for the reader of lines is none, and bytes that are no UTF-8 are none', async () => {
    for (const text of [
      '{"id":1,\n"text":"a"}',
      '\ufeff{"id":1}',
      '[{"id":1}]',
      '{"id":-}',
      '{"id":1}{"id":2}',
      'null',
    ])
      assert.equal(await longestOf(text), undefined, text)
    writeFileSync(path, Buffer.from('{"text":"\xff"}', 'latin1'))
    assert.equal(await proveLines(path, columns, never), undefined)
    assert.equal(await longestOf(''), 0)
  })

  void test('types that the two know otherwise, and names that DuckDB gives itself, are not tried', () => {
    const one = (name: string, type: string) => isProvable([{ name, type }])
    assert.ok(one('_id', 'struct<a: list<double>, b: timestamptz>'))
    for (const type of ['decimal(9,2)', 'struct<a: list<decimal(9,2)>>', 'uuid']) assert.ok(!one('a', type), type)
    assert.ok(!one('File_Index', 'long'))
    assert.ok(!isProvable([]))
  })
})
