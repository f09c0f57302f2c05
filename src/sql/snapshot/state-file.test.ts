import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WeirError } from '../../kernel/errors/weir-error.ts'
import { emptyState } from '../../record/delivery-state.ts'
import { fileError } from '../session/file-error.ts'
import { readStateFile } from './state-file.ts'

const location = 'file:///lake/public/orders/weir/state-1.json'
const holding = (text: string) => ({ get: () => Promise.resolve(Buffer.from(text)) })

void test('a damaged state file is named with its table and what to do', async () => {
  const whole = JSON.stringify(emptyState)
  assert.deepEqual(await readStateFile(holding(whole), location), emptyState)
  for (const text of ['', whole.slice(0, whole.length / 2), '{}', 'null']) {
    const error = (await readStateFile(holding(text), location).catch((thrown: unknown) => thrown)) as WeirError
    assert.equal(error.code, 'WEIR-5011', text)
    const told = fileError(error, {
      tables: [{ schema: 'public', name: 'orders', columns: [] }],
      views: [],
    }) as WeirError
    assert.ok(told.message.startsWith(`table public.orders: ${location} is no state of deliveries`), told.message)
    assert.equal(told.details['sqlstate'], 'XX001')
    assert.match(String(told.details['hint']), /^Restore the file from a backup\..*weir table rollback public\.orders/)
  }
})
