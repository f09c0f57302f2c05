import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FilePage } from '../../src/lake/inspection/list-files.ts'
import type { PartitionPage } from '../../src/lake/inspection/list-partitions.ts'
import type { TableDescription } from '../../src/lake/inspection/describe-table.ts'
import type { TableSchemas } from '../../src/platform/operations.ts'
import { connectApi } from '../../src/cli/weir-client.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { sqlOf } from '../fault/sql-of.ts'
import { eventually } from '../support/deadline.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', { partitions: 1, value: 'json' })
const rows = table('events', {
  columns: { id: { type: 'long', required: true, doc: 'of the event' }, region: 'string' },
  partitionBy: ['region'],
  properties: { 'compaction.min-input-files': '2' },
})
export default defineProject({
  name: 'inspected',
  resources: [events, rows, delivery('load', { from: events, to: rows, flush: { age: '1 hour' } })],
})
`

type Page<Of extends { readonly next: unknown }> = Omit<Of, 'next'> & { readonly next: string | null }

interface Maintenance {
  readonly tasks: readonly { readonly task: string; readonly nextAt: string | null }[]
  readonly savedBytes: number
  readonly runs: readonly {
    readonly task: string
    readonly files: number
    readonly bytesRemoved: number
    readonly bytesAdded: number
    readonly groups: readonly { readonly partition: string; readonly filesBefore: number }[]
  }[]
}

void test('what a table is, has and had, and what maintenance did, is told by command, and after a kill as well', async () => {
  await using weir = await restartableWeir('inspected', { project })
  await weir.start()
  const run = async <Answer>(...words: readonly string[]): Promise<Answer> => {
    const { code, stdout, stderr } = await weir.command(...words, '--json')
    assert.equal(code, 0, `${words.join(' ')}: ${stderr}`)
    return JSON.parse(stdout) as Answer
  }
  for (const id of [1, 2, 3]) await deliver(weir, id)

  const shown = await run<TableDescription>('table', 'show', 'events')
  assert.deepEqual([shown.rows, shown.dataFiles, shown.formatVersion], [6, 6, 2])
  const { items: snapshots } = await run<{ items: readonly unknown[] }>('table', 'history', 'events')
  assert.equal(shown.snapshots, snapshots.length)
  assert.deepEqual(
    shown.columns.slice(0, 2).map(({ id, column, type, required, doc }) => [id, column, type, required, doc]),
    [
      [1, 'id', 'long', true, 'of the event'],
      [2, 'region', 'string', false, null],
    ],
  )
  assert.deepEqual(
    shown.partitionedBy.map(({ name, transform }) => [name, transform]),
    [['region', 'identity']],
  )
  const { schemas } = await run<TableSchemas>('table', 'schema', 'events')
  assert.deepEqual(
    schemas.map(({ id, since }) => [id, since?.exact]),
    [[0, true]],
  )

  const first = await run<Page<FilePage>>('table', 'files', 'events', '--order', 'sequence', '--limit', '4')
  assert.deepEqual([first.items.length, first.summary.dataFiles, first.summary.smallFiles], [4, 6, 6])
  // The pages are of one snapshot, also when another came between them.
  await deliver(weir, 4)
  const rest = await run<Page<FilePage>>(
    ...['table', 'files', 'events', '--order', 'sequence', '--limit', '4', '--cursor', first.next!],
  )
  assert.deepEqual([rest.snapshot, rest.items.length, rest.next], [first.snapshot, 2, null])
  assert.equal((await run<Page<FilePage>>('table', 'files', 'events')).summary.dataFiles, 8)
  const { items: columns } = await run<{ items: readonly { column: string; lower: string | null }[] }>(
    ...['table', 'files', 'events', '--path', rest.items[0]!.path],
  )
  assert.equal(columns.find(({ column }) => column === 'region')?.lower, rest.items[0]!.partition.split('=')[1])
  const partitions = await run<Page<PartitionPage>>('table', 'partitions', 'events', '--order', 'rows')
  assert.deepEqual(
    partitions.items.map(({ partition, rows, files }) => [partition, rows, files]),
    [
      ['region=east', 4, 4],
      ['region=west', 4, 4],
    ],
  )
  const refused = await weir.command('table', 'files', 'events', '--cursor', 'nonsense')
  assert.match(refused.stderr, /WEIR-7007/)
  const other = await weir.command('table', 'files', 'events', '--path', 'x', '--order', 'rows')
  assert.deepEqual([other.code, /--order is for a list/.test(other.stderr)], [2, true])

  const plan = await run<{ groups: readonly unknown[] }>('compact', 'events', '--dry-run')
  assert.equal(plan.groups.length, 2)
  await run('compact', 'events')
  const before = await run<Maintenance>('table', 'maintenance', 'events')
  const [done] = before.runs
  assert.deepEqual(
    [done?.task, done?.files, done?.groups.map(({ partition, filesBefore }) => [partition, filesBefore]).toSorted()],
    [
      'compact',
      8,
      [
        ['region=east', 4],
        ['region=west', 4],
      ],
    ],
  )
  assert.equal(before.savedBytes, done!.bytesRemoved - done!.bytesAdded)
  assert.ok(before.tasks.every(({ nextAt }) => nextAt !== null && Date.parse(nextAt) > Date.now()))
  assert.match(
    (await weir.command('table', 'maintenance', 'events')).stdout,
    /Compaction and fewer manifests saved readers/,
  )
  process.kill(weir.pid(), 'SIGKILL')
  await weir.gone()
  await weir.start()
  assert.deepEqual((await run<Maintenance>('table', 'maintenance', 'events')).runs, before.runs)
  const unknown = await weir.command('table', 'clients', 'events', '--for', 'pyicebreg')
  assert.match(unknown.stderr, /Did you mean pyiceberg\?/)
})

/** A row for each region, in one commit. */
async function deliver(weir: RestartableWeir, id: number): Promise<void> {
  const api = connectApi(`http://127.0.0.1:${weir.ports.http}`)
  const records = ['east', 'west'].map((region) => ({ value: JSON.stringify({ id, region }) }))
  await api.call('POST', '/api/v1/streams/events/records', { records })
  await eventually('the rows', async () => {
    const [row] = await sqlOf(weir, 'select count(*)::int as n from events')
    return (row as { readonly n: number }).n === id * 2 || undefined
  })
  await api.call('POST', '/api/v1/deliveries/load/flush', {})
}
