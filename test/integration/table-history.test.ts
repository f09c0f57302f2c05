import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectApi } from '../../src/cli/weir-client.ts'
import type { DeliveryStatus } from '../../src/platform/kinds/reconcile-services.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { sqlOf, timesById } from '../fault/sql-of.ts'
import { eventually } from '../support/deadline.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', { partitions: 1, value: 'json' })
const rows = table('events', { columns: { id: 'long' } })
export default defineProject({
  name: 'history',
  resources: [events, rows, delivery('load', { from: events, to: rows, flush: { age: '1 hour' } })],
})
`

void test('a table is tagged, compared, read as it was and rolled back by command, and its delivery asks and loses nothing', async () => {
  await using weir = await restartableWeir('history', { project })
  await weir.start()
  const run = async <Answer>(...words: readonly string[]): Promise<Answer> => {
    const { code, stdout, stderr } = await weir.command(...words, '--json')
    assert.equal(code, 0, `${words.join(' ')}: ${stderr}`)
    return JSON.parse(stdout) as Answer
  }
  await deliver(weir, [1, 2], [1, 2])
  await run('table', 'tag', 'create', 'events', 'v1', '--keep', '90 days')
  await deliver(weir, [3], [1, 2, 3])
  await deliver(weir, [4], [1, 2, 3, 4])

  const { items } = await run<{ items: readonly Entry[] }>('table', 'history', 'events')
  const [last, , tagged] = items
  assert.deepEqual(
    items.slice(0, 3).map(({ rowsAdded, rows, refs, place, by }) => [rowsAdded, rows, refs.join(), place, by]),
    [
      [1, 4, 'main', 'current', 'delivery'],
      [1, 3, '', 'before', 'delivery'],
      [2, 2, 'v1', 'before', 'delivery'],
    ],
  )
  const { items: tags } = await run<{ items: readonly unknown[] }>('table', 'tag', 'list', 'events')
  assert.deepEqual(tags, [{ name: 'v1', type: 'tag', snapshot: tagged!.id, maxAgeMs: 7_776_000_000 }])

  // Rows beyond the last commit are in the table as it is, and in no snapshot.
  await produce(weir, [5])
  await holdsRows(weir, [1, 2, 3, 4, 5])
  assert.deepEqual(await idsAt(weir, `'v1'`), [1, 2])
  assert.deepEqual(await idsAt(weir, last!.id), [1, 2, 3, 4])

  const diff = await run<Diff>('table', 'diff', 'events', 'v1', 'main')
  assert.deepEqual([diff.changes.rowsAdded, diff.changes.rowsRemoved, diff.from.rows, diff.to.rows], [2, 0, 2, 4])
  const changed = await sqlOf(weir, `select _change, id::int as id from (${diff.sql}) order by id`)
  assert.deepEqual(changed, [
    { _change: 'added', id: 3 },
    { _change: 'added', id: 4 },
  ])
  const shown = await weir.command('table', 'diff', 'events', 'v1', 'main', '--rows')
  for (const row of [/^added +3 /m, /^added +4 /m, /\(2 rows\)/]) assert.match(shown.stdout, row)

  const missing = await weir.command('table', 'rollback', 'events', 'v2', '--yes')
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /no branch or tag "v2"[^]*Did you mean v1\?/)
  const unasked = await weir.command('table', 'rollback', 'events', 'v1')
  assert.equal(unasked.code, 2)
  assert.match(unasked.stderr, /Use --yes[^]*load stops and asks/)
  const plan = await run<Plan>('table', 'rollback', 'events', 'v1', '--dry-run')
  assert.deepEqual([plan.from.rows, plan.to.rows, plan.undone.length, plan.deliveries], [4, 2, 2, ['load']])
  assert.equal((await run<{ items: readonly Entry[] }>('table', 'history', 'events')).items[0]!.place, 'current')

  await run('table', 'rollback', 'events', 'v1', '--yes')
  await asksAboutRollback(weir)
  assert.deepEqual(await idsAt(weir, `'main'`), [1, 2])
  const answered = await weir.command('delivery', 'resume', 'load', '--deliver-again')
  assert.equal(answered.code, 0, answered.stderr)
  await holdsRows(weir, [1, 2, 3, 4, 5])
  await verifies(weir)

  // The other answer, and the way forward again.
  await run('table', 'rollback', 'events', 'v1', '--yes')
  await asksAboutRollback(weir)
  assert.equal((await weir.command('delivery', 'resume', 'load', '--go-on')).code, 0)
  await deliver(weir, [6], [1, 2, 6])
  await verifies(weir)
  const { items: audit } = await apiOf(weir).call<{ items: readonly { action: string }[] }>(
    'GET',
    '/api/v1/audit?kind=table&name=events',
  )
  assert.equal(audit.filter(({ action }) => action === 'roll back').length, 2)

  await run('table', 'tag', 'drop', 'events', 'v1')
  assert.match((await weir.command('sql', `select * from events at (version => 'v1')`)).stderr, /no branch or tag "v1"/)
})

void test('a rollback that is undone leaves the delivery nothing to ask', async () => {
  await using weir = await restartableWeir('undone', { project })
  await weir.start()
  await deliver(weir, [1], [1])
  await deliver(weir, [2], [1, 2])
  const { stdout } = await weir.command('table', 'history', 'events', '--json')
  const [last, first] = (JSON.parse(stdout) as { items: readonly Entry[] }).items
  assert.equal((await weir.command('table', 'rollback', 'events', first!.id, '--yes')).code, 0)
  assert.equal((await weir.command('table', 'rollback', 'events', last!.id, '--yes')).code, 0)
  await deliver(weir, [3], [1, 2, 3])
  await verifies(weir)
})

interface Entry {
  readonly id: string
  readonly rowsAdded: number
  readonly rows: number
  readonly refs: readonly string[]
  readonly place: string
  readonly by: string
}

interface Diff {
  readonly changes: { readonly rowsAdded: number; readonly rowsRemoved: number }
  readonly from: { readonly rows: number }
  readonly to: { readonly rows: number }
  readonly sql: string
}

interface Plan extends Pick<Diff, 'from' | 'to'> {
  readonly undone: readonly string[]
  readonly deliveries: readonly string[]
}

function apiOf({ ports }: RestartableWeir) {
  return connectApi(`http://127.0.0.1:${ports.http}`)
}

async function produce(weir: RestartableWeir, ids: readonly number[]): Promise<void> {
  const records = ids.map((id) => ({ key: String(id), value: JSON.stringify({ id }) }))
  await apiOf(weir).call('POST', '/api/v1/streams/events/records', { records })
}

/** Each of these rows once, and no other. */
async function holdsRows(weir: RestartableWeir, ids: readonly number[]): Promise<void> {
  await eventually(`rows ${ids.join(', ')}`, async () => {
    const found = await timesById(weir, 'events')
    const isSame = found.size === ids.length && ids.every((id) => found.get(id) === 1)
    if (!isSame) throw new Error(JSON.stringify([...found]))
    return true
  })
}

/** Produces these, and commits once all rows are there. */
async function deliver(weir: RestartableWeir, ids: readonly number[], all: readonly number[]): Promise<void> {
  await produce(weir, ids)
  await holdsRows(weir, all)
  await apiOf(weir).call('POST', '/api/v1/deliveries/load/flush', {})
}

async function idsAt(weir: RestartableWeir, version: string): Promise<readonly number[]> {
  const rows = await sqlOf(weir, `select id::int as id from events at (version => ${version}) order by id`)
  return rows.map((row) => (row as { readonly id: number }).id)
}

/** By itself, whether it has anything to commit or not. */
async function asksAboutRollback(weir: RestartableWeir): Promise<void> {
  await eventually('the delivery to ask', async () => {
    const { question } = await apiOf(weir).call<DeliveryStatus>('GET', '/api/v1/resources/delivery/load/status')
    if (question?.code !== 'WEIR-5010') throw new Error(JSON.stringify(question))
    return true
  })
}

async function verifies(weir: RestartableWeir): Promise<void> {
  await apiOf(weir).call('POST', '/api/v1/deliveries/load/flush', {})
  const { code, stdout, stderr } = await weir.command('verify', 'load')
  assert.equal(code, 0, `${stdout}${stderr}`)
}
