import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Output } from '../command.ts'
import { plan } from './plan.ts'

const project = `import { defineProject, stream } from 'weir-data'
export default defineProject({
  name: 'shop',
  resources: [stream('orders')],
  offsetsRetention: '2 days',
  environments: { production: { streams: { bootstrap: ['kafka-1:9092'] }, dataDirectory: 'production' } },
})
`

void test('a plan tells which settings do nothing in the environment that it is for, as text and as JSON', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-plan-'))
  context.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'weir.config.ts'), project)
  const planned = async (options: { readonly env?: string }) => {
    const notes: string[] = []
    const answers: unknown[] = []
    const output = { note: (text: string) => notes.push(text), answer: (value: unknown) => answers.push(value) }
    await plan.run({ arguments: [], lists: {}, options, output: output as unknown as Output, directory: folder })
    return { notes, notices: (answers as { readonly notices: readonly string[] }[])[0]?.notices }
  }
  const there = await planned({ env: 'production' })
  assert.match(there.notes.join('\n'), /^offsetsRetention \(2 days\) does nothing: .* at kafka-1:9092 .*leave it out$/)
  assert.deepEqual(there.notices, there.notes)
  assert.deepEqual(await planned({}), { notes: [], notices: [] })
})
