import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultIntervals, dueAt, type MaintenanceTask } from './due-task.ts'

const at = '2026-01-01T00:00:00.000Z'
const hourMs = 3_600_000

/** Hours until the turn after a run that ended so. */
function hoursAfter(task: MaintenanceTask, error: string | null, code: string | null): number {
  return (dueAt(task, at, { at, error, code }, defaultIntervals, Date.parse(at))! - Date.parse(at)) / hourMs
}

void test('what failed is tried again within the hour, what the table itself is refused for a day later', () => {
  assert.equal(hoursAfter('compact', null, null), 1)
  assert.equal(hoursAfter('remove orphans', null, null), 24)
  assert.equal(hoursAfter('remove orphans', 'the catalog is away', 'WEIR-4009'), 1)
  assert.equal(hoursAfter('compact', 'the count is wrong', 'WEIR-4008'), 1)
  assert.equal(hoursAfter('compact', 'format version 1', 'WEIR-4012'), 24)
  assert.equal(hoursAfter('compact', 'deletes in Avro', 'WEIR-4014'), 24)
  assert.equal(hoursAfter('compact', 'of an older Weir', 'WEIR-0000'), 1)
})
