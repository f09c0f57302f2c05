import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delivery, stream, table } from '../../src/index.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { currentSnapshot } from '../../src/lake/metadata/read.ts'
import { superviseWeir } from '../support/supervised-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

const events = stream('events', { partitions: 2 })
const rows = table('events', { columns: { id: 'long' }, properties: { 'compaction.min-input-files': '2' } })
const load = delivery('load', { from: events, to: rows, flush: { age: '100 ms' } })
const [batches, recordsEach] = [25, 4]

interface Run {
  readonly task: string
  readonly error: string | null
  readonly files: number
  readonly filesAdded: number
  readonly bytesRemoved: number
  readonly bytesAdded: number
}

void test('compaction that is asked for says before what it would do, and does it', async () => {
  await using weir = await superviseWeir('asked', [events, rows, load], {
    maintenance: { expireMs: 3_600_000, orphansMs: 86_400_000 },
  })
  const { http } = weir.supervisor.endpoints
  const call = async <Answer>(method: string, path: string, body?: unknown) => {
    const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await fetch(`${http}/api/v1/${path}`, body === undefined ? { method } : init)
    return { status: answer.status, json: (await answer.json()) as Answer }
  }
  for (const id of [1, 2, 3]) {
    await call('POST', 'streams/events/records', { records: [{ key: 'k', value: JSON.stringify({ id }) }] })
    await waitUntil('its delivery', async () => {
      const { hops } = (await call<{ hops: { delivered: string }[] }>('GET', 'ledger')).json
      return hops[0]?.delivered === String(id)
    })
  }
  // Three commits, three manifests: fewer than a turn takes for itself.
  const rewriting = 'tables/events/maintenance/rewrite-manifests'
  const rewritten = [
    await call<Run>('GET', rewriting),
    await call<Run>('POST', rewriting, {}),
    await call<Run>('GET', rewriting),
  ]
  assert.deepEqual(
    rewritten.map(({ json }) => [json.files, json.filesAdded]),
    [
      [3, 1],
      [3, 1],
      [0, 0],
    ],
  )
  const { savedBytes } = (await call<{ savedBytes: number }>('GET', 'tables/events/maintenance')).json
  assert.equal(savedBytes, rewritten[1]!.json.bytesRemoved - rewritten[1]!.json.bytesAdded)
  for (const task of ['expire-snapshots', 'remove-orphans'])
    assert.deepEqual(
      [
        await call('GET', `tables/events/maintenance/${task}`),
        await call('POST', `tables/events/maintenance/${task}`, {}),
      ].map(({ status }) => status),
      [200, 200],
      task,
    )
  assert.equal((await call('POST', 'tables/events/maintenance/nothing', {})).status, 400)
  const plan = async () => (await call<CompactionPlan>('GET', 'tables/events/compaction')).json.groups
  const [group, ...others] = await plan()
  assert.deepEqual([group?.partition, group?.filesBefore, group?.filesAfter, others], ['', 3, 1, []])
  const { json: run } = await call<Run>('POST', 'tables/events/compact', {})
  assert.deepEqual([run.error, run.files, run.filesAdded], [null, 3, 1])
  assert.equal(run.bytesRemoved, group!.bytesBefore)
  assert.deepEqual(await plan(), [])
  assert.equal((await call('POST', 'tables/none/compact', {})).status, 404)
})

interface CompactionPlan {
  readonly groups: readonly {
    readonly partition: string
    readonly filesBefore: number
    readonly filesAfter: number
    readonly bytesBefore: number
  }[]
}

void test('a running Weir compacts by itself while a delivery commits, each record once, and says what it saved', async () => {
  await using weir = await superviseWeir('compaction', [events, rows, load], {
    maintenance: { compactMs: 150, expireMs: 3_600_000, orphansMs: 86_400_000 },
  })
  const { http, iceberg } = weir.supervisor.endpoints
  async function ask<Answer>(path: string, body?: unknown): Promise<Answer> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await fetch(`${http}/api/v1/${path}`, body === undefined ? {} : init)
    assert.ok(answer.ok, `${path}: ${await answer.clone().text()}`)
    return (await answer.json()) as Answer
  }
  const delivered = async () =>
    (await ask<{ hops: { delivered: string }[] }>('ledger')).hops.map((hop) => hop.delivered).join()
  const runs: Run[] = []
  for (let at = 0; at < batches; at++) {
    const ids = Array.from({ length: recordsEach }, (_, one) => at * recordsEach + one)
    await ask('streams/events/records', { records: ids.map((id) => ({ key: `${id}`, value: JSON.stringify({ id }) })) })
    await waitUntil('the delivery of the batch', async () => (await delivered()) === String((at + 1) * recordsEach))
    runs.push(...(await ask<{ maintenance: Run[] }>('status')).maintenance)
  }
  const compacted = runs.filter(({ task, files }) => task === 'compact' && files > 0)
  assert.deepEqual(
    runs.filter(({ error }) => error !== null),
    [],
  )
  assert.ok(compacted.length > 0, 'it was shown while the delivery went on')
  for (const { files, filesAdded, bytesRemoved, bytesAdded } of compacted)
    assert.ok(files > filesAdded && bytesRemoved > bytesAdded, `${files} ${filesAdded} ${bytesRemoved} ${bytesAdded}`)
  await waitUntil('a table of one file', async () => {
    const { metadata } = await connectCatalog({ uri: iceberg }).loadTable({ namespace: ['public'], name: 'events' })
    const summary = currentSnapshot(metadata)?.summary
    return summary?.['total-data-files'] === '1' && summary['total-records'] === String(batches * recordsEach)
  })
  let job = await ask<{ id: string; state: string; results: { verdict: string; detail: string }[] }>('verify', {})
  await waitUntil('the proof', async () => (job = await ask(`verify/${job.id}`)).state !== 'running')
  assert.deepEqual(
    job.results.map(({ verdict }) => verdict),
    ['yes'],
    job.results.map(({ detail }) => detail).join(),
  )
})
