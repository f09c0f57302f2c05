import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { openMetadata } from '../../../storage/metadata/metadata.ts'
import type { MaintenanceRunStore } from '../../../storage/metadata/maintenance-runs.ts'
import { silentLogger } from '../../../kernel/logger.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import type { MaintenanceTask } from './due-task.ts'
import { maintainTables, type TableMaintenanceOptions } from './maintain-tables.ts'

const hourMs = 3_600_000
const beginning = Date.parse('2026-01-01T00:00:00.000Z')
const createdAt = new Date(beginning).toISOString()
const orders = { namespace: 'public', name: 'orders', createdAt }
const counts = { snapshots: 0, files: 0, bytesRemoved: 0, filesAdded: 0, bytesAdded: 0 }
const result = { ...counts, deletedRows: 0, groups: [], left: [] }
const visits = { namespace: 'public', name: 'visits', createdAt }

/** A Weir that looks all the time, at a clock that is moved by hand. */
function maintained(runs: MaintenanceRunStore, options: Partial<TableMaintenanceOptions> = {}) {
  const clock = { nowMs: beginning, now: () => clock.nowMs, monotonic: () => clock.nowMs }
  const done: string[] = []
  let looks = 0
  const maintenance = maintainTables({
    tables: () => Promise.resolve((looks++, [orders])),
    run: ({ name }, task) => (done.push(`${name}: ${task}`), Promise.resolve({ ...result, snapshots: 3, files: 7 })),
    runs,
    intervals: { expireMs: hourMs, orphansMs: 24 * hourMs },
    lookMs: 1,
    clock,
    logger: silentLogger,
    ...options,
  })
  const looked = async (): Promise<void> => {
    const before = looks
    await waitUntil('two looks', () => looks >= before + 2)
  }
  return { maintenance, done, clock, looked, [Symbol.dispose]: () => maintenance.stop() }
}

async function withRuns(work: (runs: MaintenanceRunStore) => Promise<void>): Promise<void> {
  const metadata = await openMetadata(':memory:')
  try {
    await work(metadata.maintenanceRuns)
  } finally {
    await metadata.close()
  }
}

void test('a Weir that is started anew every eight hours still removes orphans once a day', () =>
  withRuns(async (runs) => {
    const removed: number[] = []
    for (let start = 0; start < 9; start++) {
      using weir = maintained(runs, {
        async run(_table, task) {
          if (task === 'remove orphans') removed.push(start * 8)
          return result
        },
        tables: () => Promise.resolve([orders]),
      })
      weir.clock.nowMs = beginning + start * 8 * hourMs + 60_000
      const due = start > 0 && start % 3 === 0
      await waitUntil('the turns of this start', async () => {
        const latest = await runs.list()
        const at = (task: MaintenanceTask): string | undefined => latest.find((run) => run.task === task)?.at
        const now = new Date(weir.clock.nowMs).toISOString()
        return (start === 0 || at('expire snapshots') === now) && (!due || at('remove orphans') === now)
      })
    }
    assert.deepEqual(removed, [24, 48])
  }))

void test('the turns come an interval after the table was made and after each run, and are shown', () =>
  withRuns(async (runs) => {
    using weir = maintained(runs)
    await weir.looked()
    assert.deepEqual(weir.done, [])
    for (let hour = 1; hour <= 24; hour++) {
      weir.clock.nowMs = beginning + hour * hourMs
      await weir.looked()
    }
    assert.deepEqual(weir.done, [...Array<string>(24).fill('orders: expire snapshots'), 'orders: remove orphans'])
    const at = new Date(weir.clock.nowMs).toISOString()
    assert.deepEqual(await weir.maintenance.latest(), [
      { table: 'public.orders', task: 'expire snapshots', at, ...counts, snapshots: 3, files: 7, error: null },
      { table: 'public.orders', task: 'remove orphans', at, ...counts, snapshots: 3, files: 7, error: null },
    ])
  }))

void test('what did not work says why and is tried again within the hour', () =>
  withRuns(async (runs) => {
    let attempts = 0
    using weir = maintained(runs, {
      async run(_table, task) {
        if (task === 'expire snapshots') return result
        if (++attempts === 1) throw new Error('the folder cannot be read')
        return { ...result, files: 5 }
      },
    })
    const orphans = async () => (await runs.list()).find(({ task }) => task === 'remove orphans')
    weir.clock.nowMs += 24 * hourMs
    await waitUntil('the reason', async () => (await orphans())?.error === 'the folder cannot be read')
    weir.clock.nowMs += hourMs
    await waitUntil('the second attempt', async () => (await orphans())?.files === 5)
    assert.equal((await orphans())?.error, null)
  }))

void test('never two runs at once, and none begins while maintenance is held', () =>
  withRuns(async (runs) => {
    const begun: string[] = []
    const first = Promise.withResolvers<typeof result>()
    using weir = maintained(runs, {
      tables: () => Promise.resolve([orders, visits]),
      run: ({ name }) => (begun.push(name), first.promise),
    })
    weir.clock.nowMs += hourMs
    await waitUntil('the first run', () => begun.length === 1)
    let held = false
    const holding = weir.maintenance.hold().then((release) => ((held = true), release))
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setTimeout(resolve, 1))
    assert.deepEqual([begun, held], [['orders'], false], 'a hold waits for the run that is at work')
    first.resolve(result)
    const release = await holding
    weir.clock.nowMs += 24 * hourMs
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setTimeout(resolve, 1))
    assert.deepEqual(begun, ['orders'])
    release()
    release()
    await waitUntil('the others', () => begun.length === 5)
    assert.deepEqual(begun.toSorted(), ['orders', 'orders', 'orders', 'visits', 'visits'])
  }))

void test('a hold asks the run at work to end, which keeps what it has done and says what is left', () =>
  withRuns(async (runs) => {
    let begun = false
    using weir = maintained(runs, {
      run: (_table, _task, _onGroup, { stop }) =>
        new Promise((resolve) => {
          begun = true
          stop.addEventListener('abort', () => resolve({ ...result, files: 3, left: ['stopped before 1 of 2 groups'] }))
        }),
    })
    weir.clock.nowMs += hourMs
    await waitUntil('the run of the turn', () => begun)
    const release = await weir.maintenance.hold()
    const [run] = (await runs.history('public.orders', { limit: 1 })).items
    assert.deepEqual([run?.files, run?.left, run?.error], [3, ['stopped before 1 of 2 groups'], null])
    release()
  }))

void test('INV-M16: who asks for a run of which one waits gets its answer, not that of the one at work; a queue that is full says so', () =>
  withRuns(async (runs) => {
    const first = Promise.withResolvers<typeof result>()
    const begun: string[] = []
    using weir = maintained(runs, {
      tables: () => Promise.resolve([]),
      run: async ({ name }, task) => {
        begun.push(`${name} ${task}`)
        if (begun.length === 1) await first.promise
        return { ...result, files: begun.length }
      },
    })
    const atWork = weir.maintenance.run(orders, 'compact')
    await waitUntil('the first run', () => begun.length === 1)
    const asked = Array.from({ length: 5 }, () => weir.maintenance.run(orders, 'compact'))
    const other = weir.maintenance.run(visits, 'compact')
    const manifests = weir.maintenance.run(orders, 'rewrite manifests')
    const more = Array.from({ length: 61 }, (_, at) => weir.maintenance.run({ ...orders, name: `t${at}` }, 'compact'))
    const refused = { code: 'WEIR-2024', message: /public\.late is not maintained now \(compact\): 64 runs wait/ }
    await assert.rejects(weir.maintenance.run({ ...orders, name: 'late' }, 'compact'), refused)
    const joined = weir.maintenance.run(orders, 'compact')
    first.resolve(result)
    assert.equal((await atWork).files, 1)
    for (const run of [...asked, joined]) assert.equal((await run).files, 2)
    assert.deepEqual([(await other).files, (await manifests).files], [3, 4])
    await Promise.all(more)
    assert.equal(begun.length, 1 + 64)
    assert.equal((await runs.history('public.orders', { limit: 10 })).items.length, 3)
    assert.equal(
      (await weir.maintenance.run(orders, 'compact')).files,
      66,
      'one that is asked for afterwards is another',
    )
  }))

void test('a run that is asked for waits for the one at work, is shown, and is refused while maintenance is held', () =>
  withRuns(async (runs) => {
    const first = Promise.withResolvers<typeof result>()
    const begun: string[] = []
    using weir = maintained(runs, {
      run: (_table, task) => (
        begun.push(task),
        task === 'compact' ? Promise.resolve({ ...result, files: 9 }) : first.promise
      ),
    })
    weir.clock.nowMs += hourMs
    await waitUntil('the run of the turn', () => begun.length === 1)
    const asked = weir.maintenance.run(visits, 'compact')
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setTimeout(resolve, 1))
    assert.deepEqual(begun, ['expire snapshots'])
    first.resolve(result)
    assert.equal((await asked).files, 9)
    assert.deepEqual(begun, ['expire snapshots', 'compact'])
    const release = await weir.maintenance.hold()
    await assert.rejects(weir.maintenance.run(visits, 'compact'), { code: 'WEIR-2021' })
    release()
    assert.equal((await weir.maintenance.run(orders, 'compact')).files, 9)
    assert.ok((await runs.list()).some(({ table, task }) => table === 'public.orders' && task === 'compact'))
  }))

void test('runs of a table that is gone are forgotten', () =>
  withRuns(async (runs) => {
    const run = { task: 'expire snapshots', at: createdAt, ...counts, error: null }
    const whole = { ...run, ...result, beganAt: createdAt, groupCount: 0, code: null }
    await runs.save({ ...whole, table: 'public.gone' })
    await runs.save({ ...whole, table: 'public.orders' })
    using weir = maintained(runs)
    await weir.looked()
    assert.deepEqual(await runs.list(), [{ ...run, table: 'public.orders' }])
  }))

const group = { partition: 'day=1', filesBefore: 6, filesAfter: 1, bytesBefore: 100, bytesAfter: 40, deletedRows: 2 }

void test('a run that ends in the middle leaves what it had committed, with the error and its code', () =>
  withRuns(async (runs) => {
    using weir = maintained(runs, {
      async run(_table, _task, onGroup) {
        onGroup(group)
        onGroup({ ...group, partition: 'day=2' })
        throw new WeirError('WEIR-2002', 'the operator ended')
      },
    })
    const run = await weir.maintenance.run(orders, 'compact')
    assert.deepEqual(
      [run.error, run.code, run.files, run.filesAdded, run.bytesRemoved, run.bytesAdded, run.deletedRows],
      ['the operator ended', 'WEIR-2002', 12, 2, 200, 80, 4],
    )
    const { items } = await weir.maintenance.history(orders, { limit: 10 })
    assert.deepEqual(
      items.map(({ groups }) => groups.map(({ partition }) => partition)),
      [['day=1', 'day=2']],
    )
  }))

void test('each task says when it was done, when it is next, what it came to and that it is at work', () =>
  withRuns(async (runs) => {
    const working = Promise.withResolvers<typeof result>()
    using weir = maintained(runs, {
      tables: () => Promise.resolve([]),
      intervals: { compactMs: hourMs, expireMs: hourMs, orphansMs: 24 * hourMs },
      run: (_table, task) =>
        task === 'compact'
          ? Promise.resolve({ ...result, files: 6, bytesRemoved: 100, filesAdded: 1, bytesAdded: 40, groups: [group] })
          : working.promise,
      lookMs: 2 ** 30,
    })
    weir.clock.nowMs += 1000
    const at = new Date(weir.clock.nowMs).toISOString()
    await weir.maintenance.run(orders, 'compact')
    const expiry = weir.maintenance.run(orders, 'expire snapshots')
    const turns = await weir.maintenance.turns(orders)
    const after = (ms: number): string => new Date(ms).toISOString()
    assert.deepEqual(
      turns.map(({ task, everyMs, nextAt, workingSince, last, totals }) => [
        task,
        everyMs,
        nextAt,
        workingSince,
        last?.at,
        totals?.bytesRemoved,
      ]),
      [
        ['compact', hourMs, after(weir.clock.nowMs + hourMs), null, at, 100],
        ['rewrite manifests', null, null, null, undefined, undefined],
        ['expire snapshots', hourMs, after(beginning + hourMs), at, undefined, undefined],
        ['remove orphans', 24 * hourMs, after(beginning + 24 * hourMs), null, undefined, undefined],
      ],
    )
    working.resolve(result)
    await expiry
    assert.deepEqual(
      (await weir.maintenance.turns(orders)).map(({ workingSince }) => workingSince),
      [null, null, null, null],
    )
  }))
