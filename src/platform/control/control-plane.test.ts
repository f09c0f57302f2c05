import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delivery, stream, table, view } from '../../index.ts'
import { systemClock } from '../../kernel/clock.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { openMetadata } from '../../storage/metadata/metadata.ts'
import { pretendServices, type PretendedServices } from '../../../test/support/pretended-services.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import type { DesiredResource } from '../kinds/resource.ts'
import type { ControlPlane } from './control-plane.ts'
import { createControlPlane } from './create-control-plane.ts'

const orders = stream('orders', { partitions: 2 })
const ordersTable = table('orders', { columns: { id: 'long', at: 'timestamptz' }, partitionBy: ['day(at)'] })
const load = delivery('load', { from: orders, to: ordersTable })
const byDay = view('by_day', { sql: 'select at, count(*) from orders group by 1' })
const shop = [byDay, load, ordersTable, orders]
const actor = { actor: 'test' }

void test('what is used is made before what uses it, whatever the order of the project', async () => {
  await withControl(async (control, services) => {
    const { changes } = await control.plan(project(shop))
    assert.deepEqual(
      changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`),
      ['create table orders', 'create view by_day', 'create stream orders', 'create delivery load'],
    )
    assert.deepEqual(services.calls, [], 'a plan changes nothing')
    await control.apply(project(shop), actor)
    await control.settled()
    assert.deepEqual(await statesOf(control), [
      'delivery/load Active',
      'stream/orders Active',
      'table/orders Active',
      'view/by_day Active',
    ])
    assert.equal(services.calls.at(-1), 'run load')
    assert.deepEqual(services.checkedViews.at(-1), 'by_day of orders')
    assert.deepEqual((await control.plan(project(shop))).changes, [])
    assert.ok((await control.audit({ kind: 'stream' })).some(({ action }) => action === 'create'))
  })
})

void test('what destroys data is refused unless it is allowed, and says what it would destroy', async () => {
  await withControl(async (control, services) => {
    await control.apply(project(shop), actor)
    await control.settled()
    const smaller = project([orders])
    await assert.rejects(control.apply(smaller, actor), { code: 'WEIR-7004', message: /the rows of the table orders/ })
    assert.ok(services.lake.has('orders'))
    await control.apply(smaller, { ...actor, allowDestructive: true })
    await waitUntil('the stream alone', async () => (await statesOf(control)).join() === 'stream/orders Active')
    assert.deepEqual(
      services.calls.filter((call) => /^(stop|drop)/.test(call)),
      ['stop load', 'drop orders'],
    )
  })
})

void test('a table gets its new columns, keeps those that a delivery added, and loses what is no longer declared', async () => {
  await withControl(async (control, services) => {
    await control.apply(project([ordersTable]), actor)
    await control.settled()
    const before = services.lake.get('orders')!
    services.lake.set('orders', {
      ...before,
      columns: [...before.columns, { name: 'seen', type: 'string', required: false }],
    })
    const wider = table('orders', {
      columns: { at: 'timestamptz', id: { type: 'long', doc: 'number' }, items: 'list<string>' },
      partitionBy: ['day(at)'],
    })
    const { changes } = await control.apply(project([wider]), actor)
    assert.deepEqual(changes[0]?.lines, ['describe column id', 'add column items list<string>'])
    await control.settled()
    assert.deepEqual(
      services.lake.get('orders')?.columns.map(({ name }) => name),
      ['id', 'at', 'seen', 'items'],
    )
    const narrower = table('orders', { columns: { at: 'timestamptz', id: 'long' }, partitionBy: ['day(at)'] })
    await control.apply(project([narrower]), { ...actor, allowDestructive: true })
    await control.settled()
    assert.deepEqual(
      services.lake.get('orders')?.columns.map(({ name }) => name),
      ['id', 'at', 'seen'],
    )
    const other = table('orders', { columns: { id: 'string', at: 'timestamptz' }, partitionBy: ['day(at)'] })
    await assert.rejects(control.plan(project([other])), {
      code: 'WEIR-7005',
      message: /table "orders".*id from long to string/,
    })
  })
})

void test('a stream goes into a table once: a second delivery the same way is refused', async () => {
  await withControl(async (control) => {
    const twin = delivery('again', { from: orders, to: ordersTable })
    const message = /delivery "(load|again)": delivery "(load|again)" carries stream "orders" into table "orders" too/
    await assert.rejects(control.plan(project([...shop, twin])), { code: 'WEIR-1003', message })
    await control.apply(project(shop), actor)
    const again = { kind: 'delivery', name: 'again', spec: { from: 'orders', to: 'orders' }, tags: {} }
    await assert.rejects(control.put(again, actor), { code: 'WEIR-1003', message })
  })
})

void test('a failure is a state with its reason, tried again until it works; those who wait say for what', async () => {
  await withControl(async (control, services) => {
    services.failing.set('create orders', new WeirError('WEIR-8001', 'the disk is full'))
    await control.apply(project(shop), actor)
    await control.settled()
    const failed = await control.get({ kind: 'table', name: 'orders' })
    assert.deepEqual([failed.state, failed.reason], ['Failed', 'the disk is full'])
    assert.match((await control.get({ kind: 'delivery', name: 'load' })).reason ?? '', /waits for the table "orders"/)
    services.failing.clear()
    await waitUntil('the state', async () => (await statesOf(control)).every((state) => state.endsWith('Active')))
  })
})

void test('a delivery that halts is Failed with its reason, and Active again when it runs', async () => {
  await withControl(async (control, services) => {
    await control.apply(project(shop), actor)
    await control.settled()
    services.halted.set('load', 'the table was rolled back')
    await waitUntil(
      'the state',
      async () => (await control.get({ kind: 'delivery', name: 'load' })).reason === 'the table was rolled back',
    )
    services.halted.clear()
    await waitUntil('the state', async () => (await control.get({ kind: 'delivery', name: 'load' })).state === 'Active')
  })
})

void test('a table that another client dropped is Failed until it is there again', async () => {
  await withControl(async (control, services) => {
    await control.apply(project(shop), actor)
    await control.settled()
    const kept = services.lake.get('orders')!
    services.lake.delete('orders')
    const state = async (): Promise<string> => (await control.get({ kind: 'table', name: 'orders' })).state
    await waitUntil('it is Failed', async () => (await state()) === 'Failed')
    assert.match(
      (await control.get({ kind: 'table', name: 'orders' })).reason ?? '',
      /dropped or renamed public\.orders/,
    )
    services.lake.set('orders', kept)
    await waitUntil('it is Active', async () => (await state()) === 'Active')
  })
})

void test('topics that clients make are resources, and stay as the clients want them', async () => {
  await withControl(async (control, services) => {
    services.topics.set('theirs', {
      name: 'theirs',
      partitions: 3,
      retentionMs: 1,
      retentionBytes: null,
      config: {},
      unset: [],
    })
    await waitUntil('the state', async () => (await statesOf(control)).join() === 'stream/theirs Active')
    assert.equal((await control.get({ kind: 'stream', name: 'theirs' })).origin, 'client')
    assert.deepEqual((await control.plan(project([]))).changes, [], 'the project does not remove what is not its own')
    assert.equal(services.topics.get('theirs')?.retentionMs, 1)
    services.topics.delete('theirs')
    await waitUntil('the state', async () => (await statesOf(control)).length === 0)
  })
})

void test('a declared topic that a client deleted is made again as it was declared, and the audit says so', async () => {
  await withControl(async (control, services) => {
    await control.apply(project([orders]), actor)
    await control.settled()
    services.topics.delete('orders')
    await waitUntil('it is there again', () => services.topics.get('orders')?.partitions === 2)
    await waitUntil('it is Active', async () => (await statesOf(control)).join() === 'stream/orders Active')
    const found = await control.audit({ kind: 'stream', name: 'orders' })
    assert.ok(found.some(({ detail }) => JSON.stringify(detail).includes('somebody else removed it')))
  })
})

void test('versions, use and names are checked by the API', async () => {
  await withControl(async (control) => {
    await control.apply(project(shop), actor)
    const desired = {
      kind: 'stream',
      name: 'orders',
      spec: { partitions: 2, retention: '365 days' },
      tags: { team: 'shop' },
    }
    await assert.rejects(control.put(desired, { ...actor, ifVersion: 9 }), { code: 'WEIR-7002' })
    assert.equal((await control.put(desired, { ...actor, ifVersion: 1 })).version, 2)
    assert.deepEqual(
      (await control.list({ tags: { team: 'shop' } })).items.map(({ name }) => name),
      ['orders'],
    )
    await assert.rejects(control.remove({ kind: 'stream', name: 'orders' }, actor), {
      code: 'WEIR-7003',
      message: /delivery "load"/,
    })
    await assert.rejects(control.get({ kind: 'stream', name: 'ordrs' }), {
      code: 'WEIR-7001',
      message: /Did you mean orders/,
    })
    await assert.rejects(control.list({ kind: 'steam' }), { code: 'WEIR-1010', message: /Did you mean stream/ })
    await assert.rejects(control.put({ ...desired, spec: { partitions: 1 } }, actor), { code: 'WEIR-7005' })
    const wider = { ...desired, spec: { partitions: 4, retention: '365 days' } }
    assert.match(
      (await control.plan(project([stream('orders', wider.spec), ordersTable, load, byDay]))).changes[0]!.lines[0]!,
      /partitions 2 to 4/,
    )
    const wrong = { kind: 'delivery', name: 'x', spec: { from: 'ordrs', to: 'orders' }, tags: {} }
    await assert.rejects(control.put(wrong, actor), {
      code: 'WEIR-1005',
      message: /no?t declared. Did you mean orders/,
    })
    assert.equal((await control.history({ kind: 'stream', name: 'orders' })).length, 2)
  })
})

void test('pages follow each other without a gap', async () => {
  await withControl(async (control) => {
    await control.apply(project(Array.from({ length: 7 }, (_, at) => stream(`s${at}`))), actor)
    const names: string[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await control.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) })
      names.push(...page.items.map(({ name }) => name))
      cursor = page.next
    }
    assert.deepEqual(names, ['s0', 's1', 's2', 's3', 's4', 's5', 's6'])
    await assert.rejects(control.list({ cursor: 'nonsense' }), { code: 'WEIR-7007' })
  })
})

void test('a view that the engine refuses stops the plan, with the place of its declaration', async () => {
  await withControl(async (control, services) => {
    services.failing.set('check by_day', new WeirError('WEIR-6003', 'there is no column att. Did you mean at?'))
    await assert.rejects(control.apply(project(shop), actor), {
      code: 'WEIR-6003',
      message: /view "by_day": there is no column att/,
      at: /control-plane\.test\.ts:\d+/,
    })
    assert.deepEqual(await statesOf(control), [])
  })
})

function project(resources: readonly DesiredResourceLike[]): { name: string; resources: readonly DesiredResource[] } {
  return { name: 'shop', resources: JSON.parse(JSON.stringify(resources)) as DesiredResource[] }
}

type DesiredResourceLike = Omit<DesiredResource, 'at'>

async function statesOf(control: ControlPlane): Promise<readonly string[]> {
  return (await control.list()).items.map(({ kind, name, state }) => `${kind}/${name} ${state}`)
}

async function withControl(run: (control: ControlPlane, services: PretendedServices) => Promise<void>): Promise<void> {
  const metadata = await openMetadata(':memory:')
  const services = pretendServices()
  const control = createControlPlane({
    metadata,
    tables: metadata.pointers,
    services,
    clock: systemClock,
    logger: silentLogger,
    lookAroundMs: 20,
  })
  control.start()
  try {
    await run(control, services)
  } finally {
    await control.stop()
    await metadata.close()
  }
}
