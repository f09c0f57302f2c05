import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openChangeCount, stillHolds } from '../../kernel/change-count.ts'
import type { TailReport } from '../../sql/engine-host.ts'
import { noWrites } from '../../../test/support/engine-writes.ts'
import { createEngineHost } from './engine-host.ts'
import type { TailSource } from './gather-tails.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-host-'))
after(() => rmSync(folder, { recursive: true }))

const table = { schema: 'public', name: 't' }
const report: TailReport = {
  delivery: 'd',
  table: 'public.t',
  source: 's',
  epoch: 1,
  schemaId: 0,
  partitions: [{ partition: 0, base: '0', end: '1', ready: true }],
  segments: [],
}

/** A host whose one worker gives these reports; `changes` is the supervisor's own count, `tail` the worker's. */
function hostOf(tails: () => Promise<TailReport>) {
  const [changes, tail] = [openChangeCount(folder), openChangeCount(folder)]
  const source: TailSource = { delivery: 'd', table: 'public.t', tails }
  const host = createEngineHost({
    relations: () => Promise.resolve({ version: 1, tables: [], views: [], policies: [] }),
    restrict: (relations) => relations,
    pointers: { tablePointer: () => Promise.resolve('file:///metadata.json') },
    tailSources: () => [source],
    changes,
    writes: noWrites,
    isShared: false,
    followsLog: async ({ name }) => name === 'followed',
  })
  const holdsOf = async (asked = table) => {
    const answer = await host.resolve({ tables: [asked], relations: 1 })
    assert.notEqual(answer, 'other relations')
    return (answer as { holds: readonly Parameters<typeof stillHolds>[0][] }).holds
  }
  return { changes, tail, holdsOf }
}

void test('INV-T2: an answer holds until the supervisor or a worker has changed', async () => {
  const { changes, tail, holdsOf } = hostOf(() => Promise.resolve({ ...report, hold: tail.hold() }))
  for (const raised of [changes, tail]) {
    const holds = await holdsOf()
    assert.ok(holds.length === 2 && holds.every(stillHolds))
    raised.raise()
    assert.ok(!holds.every(stillHolds))
  }
})

void test('INV-T2: what changes while it is asked for ends the answer before it is given', async () => {
  const { changes, tail, holdsOf } = hostOf(async () => {
    changes.raise()
    return { ...report, hold: tail.hold() }
  })
  assert.ok(!(await holdsOf()).every(stillHolds))
})

void test('INV-T2: an answer without a worker, or of one that is about to change, does not hold', async () => {
  const { holdsOf } = hostOf(() => Promise.resolve(report))
  assert.deepEqual(await holdsOf(), [])
  const halted = { ...report, partitions: [], halted: { code: 'WEIR-5010', reason: 'rolled back' } }
  assert.deepEqual(await hostOf(() => Promise.resolve(halted)).holdsOf(), [])
})

void test('an answer of a table that follows a log does not hold: others write the log, and tell nobody', async () => {
  const changes = openChangeCount(folder)
  const { holdsOf } = hostOf(() => Promise.resolve({ ...report, hold: changes.hold() }))
  assert.equal((await holdsOf()).length, 2)
  assert.deepEqual(await holdsOf({ ...table, name: 'followed' }), [])
})
