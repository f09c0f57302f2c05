import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { delivery, stream, table } from '../../src/index.ts'
import { ledger, verifyJob } from '../../src/server/answers/ledger.ts'
import { items, page } from '../../src/server/answers/list.ts'
import { plan } from '../../src/server/answers/plan.ts'
import { health, readiness, status } from '../../src/server/answers/process.ts'
import {
  deadLetter,
  flushed,
  produced,
  replayResult,
  sqlAnswer,
  streamSubject,
  recordDetail,
  recordsPage,
} from '../../src/server/answers/records.ts'
import {
  acls,
  consumerGroup,
  groupHistory,
  resetPlan,
  streamConfig,
  streamFigures,
  streamListing,
  streamPartition,
} from '../../src/server/answers/streams.ts'
import { auditEntry, historyEntry, kindDescription, resource } from '../../src/server/answers/resource.ts'
import { maintenancePlan, recordedRun, tableMaintenance } from '../../src/server/answers/maintenance.ts'
import {
  fileColumns,
  tableClients,
  tableDescription,
  tableFiles,
  tablePartitions,
  tableSchemas,
} from '../../src/server/answers/table-inspection.ts'
import { superviseWeir } from '../support/supervised-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

const events = stream('events', { partitions: 1 })
const rows = table('events', { columns: { id: 'long' } })
const load = delivery('load', { from: events, to: rows, flush: { age: '100 ms' } })

void test(
  'every answer of a running Weir is what the API says of it, with no field more or less',
  { timeout: 60_000 },
  async () => {
    await using weir = await superviseWeir('answers', [events, rows, load], {
      maintenance: { expireMs: 50, orphansMs: 50 },
    })
    const { http } = weir.supervisor.endpoints
    async function ask<Answer>(schema: z.ZodType<Answer>, path: string, body?: unknown): Promise<Answer> {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const answer = await fetch(`${http}${path}`, body === undefined ? {} : init)
      const text = await answer.text()
      assert.ok(answer.ok, `${path}: ${text}`)
      const parsed = schema.safeParse(JSON.parse(text))
      assert.ok(parsed.success, `${path}: ${text} ${parsed.error?.message}`)
      return parsed.data
    }
    await ask(health, '/health')
    await ask(readiness, '/ready')
    const records = [{ value: '{"id": 1}' }, { key: 'k', value: '{"id": "one"}' }]
    assert.equal((await ask(produced, '/api/v1/streams/events/records', { records })).produced, 2)
    await waitUntil('a commit', async () => (await ask(ledger, '/api/v1/ledger')).hops[0]?.rejected === '1')
    const { items: shown } = await ask(recordsPage, '/api/v1/streams/events/records')
    assert.equal(shown.length, 2)
    const detail = await ask(recordDetail, `/api/v1/streams/events/records/0/${shown[0]!.offset}`)
    assert.deepEqual([detail.visibility, detail.next], ['committed', null])
    const listed = await ask(page(streamListing).extend({ total: z.int() }), '/api/v1/streams?prefix=ev&skip=0')
    assert.deepEqual(
      listed.items.map(({ name, figures }) => [name, figures?.records]),
      [['events', '2']],
    )
    assert.equal((await ask(streamFigures, '/api/v1/streams/events')).partitions, 1)
    assert.equal((await ask(items(streamPartition), '/api/v1/streams/events/partitions')).items[0]?.end, '2')
    assert.ok((await ask(items(streamConfig), '/api/v1/streams/events/configs')).items.length > 10)
    await ask(acls, '/api/v1/streams/events/acls')
    await ask(items(streamSubject), '/api/v1/streams/events/subjects')
    const wanted = { to: 'earliest' }
    const to = { target: wanted, streams: [{ topic: 'events' }], execute: true }
    assert.equal((await ask(resetPlan, '/api/v1/groups/reader/reset', to)).executed, true)
    const groups = page(consumerGroup).extend({ total: z.int() })
    assert.equal((await ask(groups, '/api/v1/groups?prefix=read')).items[0]?.lag, 2)
    assert.equal((await ask(groups, '/api/v1/groups?stream=events&prefix=read')).total, 1)
    assert.equal((await ask(consumerGroup, '/api/v1/groups/reader')).partitions[0]?.committed, 0)
    await ask(groupHistory, '/api/v1/groups/reader/history')
    const letters = page(deadLetter).extend({ total: z.int() })
    assert.equal((await ask(letters, '/api/v1/dead-letters?delivery=load')).items.length, 1)
    await ask(replayResult, '/api/v1/dead-letters/replay', { delivery: 'load' })
    await ask(flushed, '/api/v1/deliveries/load/flush', {})
    assert.equal((await ask(sqlAnswer, '/api/v1/sql', { sql: 'select * from events' })).rows.length, 1)
    const { id } = await ask(verifyJob, '/api/v1/verify', {})
    const job = await waitUntil('the proof', async () => {
      const found = await ask(verifyJob, `/api/v1/verify/${id}`)
      return found.state === 'running' ? undefined : found
    })
    assert.equal(job.results[0]?.verdict, 'yes')
    await ask(items(kindDescription), '/api/v1/kinds')
    assert.equal((await ask(page(resource), '/api/v1/resources')).items.length, 3)
    await ask(resource, '/api/v1/resources/stream/events')
    await ask(items(historyEntry), '/api/v1/resources/stream/events/history')
    await ask(items(auditEntry), '/api/v1/audit')
    await ask(plan, '/api/v1/plan', { name: 'answers', resources: [{ kind: 'stream', name: 'new', spec: {} }] })
    const described = await ask(tableDescription, '/api/v1/tables/events')
    assert.deepEqual([described.rows, described.columns[0]?.column], [1, 'id'])
    assert.equal((await ask(tableSchemas, '/api/v1/tables/events/schemas')).schemas.length, 1)
    const files = await ask(tableFiles, '/api/v1/tables/events/files')
    assert.equal(files.summary.rows, 1)
    const path = encodeURIComponent(files.items[0]!.path)
    assert.ok((await ask(fileColumns, `/api/v1/tables/events/files/columns?path=${path}`)).items.length > 0)
    assert.equal((await ask(tablePartitions, '/api/v1/tables/events/partitions')).total, 1)
    assert.equal((await ask(tableClients, '/api/v1/tables/events/clients')).items.length, 5)
    assert.equal((await ask(tableMaintenance, '/api/v1/tables/events/maintenance')).tasks.length, 4)
    await waitUntil('maintenance', async () => (await ask(status, '/api/v1/status')).maintenance.length === 2)
    assert.equal((await ask(recordedRun, '/api/v1/tables/events/compact', {})).error, null)
    for (const task of ['compact', 'rewrite-manifests', 'expire-snapshots', 'remove-orphans']) {
      await ask(maintenancePlan, `/api/v1/tables/events/maintenance/${task}`)
      await ask(recordedRun, `/api/v1/tables/events/maintenance/${task}`, {})
    }
  },
)
