import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { table } from '../../src/index.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { prepareAppend } from '../../src/lake/commit/prepare-append.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { superviseWeir } from '../support/supervised-weir.ts'
import { waitUntil } from '../support/wait-until.ts'

const ident = { namespace: ['public'], name: 'orders' }
const orders = table('orders', { columns: { id: 'long' } })
const commits = 5

void test('a running Weir expires snapshots and removes orphans by itself, and weir status says so', async () => {
  await using weir = await superviseWeir('maintenance', [orders], { maintenance: { expireMs: 200, orphansMs: 300 } })
  const { folder } = weir
  const { endpoints } = weir.supervisor
  const client = connectCatalog({ uri: endpoints.iceberg })
  const store = openObjectStore({ roots: [`file://${join(folder, '.weir/lake')}`], files: nodeFiles })
  const short = {
    'history.expire.max-snapshot-age-ms': '0',
    'history.expire.min-snapshots-to-keep': '1',
    'weir.history.every-ms': '0',
  }
  for (let at = 0; at < commits; at++) {
    const { metadata } = await client.loadTable(ident)
    const location = `${metadata.location}/data/${at}.parquet`
    await store.put(location, Buffer.from('PAR1'))
    const dataFiles = [
      {
        content: 'data',
        location,
        format: 'PARQUET',
        specId: 0,
        partition: [],
        recordCount: 1,
        sizeBytes: 4,
      } as const,
    ]
    const prepared = await prepareAppend({ metadata, store, dataFiles, tableProperties: short, now: Date.now })
    // Maintenance may commit in between: this is tried again as any writer would.
    if ((await client.commitTable(ident, prepared)).outcome !== 'committed') at--
  }
  await waitUntil('old snapshots to go', async () => {
    const { metadata } = await client.loadTable(ident)
    return metadata.snapshots?.length === 1
  })
  const status = async () => (await (await fetch(`${endpoints.http}/api/v1/status`)).json()) as Status
  await waitUntil('both tasks in the status', async () => (await status()).maintenance.length === 2)
  const { maintenance } = await status()
  assert.deepEqual(
    maintenance.map(({ table: of, task, error }) => [of, task, error]),
    [
      ['public.orders', 'expire snapshots', null],
      ['public.orders', 'remove orphans', null],
    ],
  )
  const { metadata } = await client.loadTable(ident)
  assert.equal(metadata.snapshots?.[0]?.summary?.['total-records'], String(commits), 'rows stay')
})

interface Status {
  readonly maintenance: readonly { readonly table: string; readonly task: string; readonly error: string | null }[]
}
