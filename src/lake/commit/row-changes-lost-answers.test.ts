import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCommittedTable, committedTable, unsynced } from '../../../test/support/lake-commits.ts'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { serveCatalog, type Fate } from '../../../test/support/served-catalog.ts'
import { untilAnswered } from '../../../test/support/until-answered.ts'
import type { CatalogClient, LoadedTable } from '../client/catalog-client.ts'
import { connectCatalog } from '../client/connect-catalog.ts'
import type { Long } from '../json.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { ancestors, currentSnapshot } from '../metadata/read.ts'
import type { TableUpdate } from '../metadata/update.ts'
import { applicableDeletes } from '../scan/applicable-deletes.ts'
import { planScan } from '../scan/plan-scan.ts'
import { commitRowChanges } from './commit-row-changes.ts'

const other = { namespace: ['public'], name: 'u' }

function file(name: string, deletes?: DataFile): DataFile {
  return {
    content: deletes === undefined ? 'data' : 'position-deletes',
    location: `file:///rows/${name}`,
    format: 'PARQUET',
    specId: 0,
    partition: [],
    recordCount: 1,
    sizeBytes: 4,
    ...(deletes === undefined ? {} : { referencedDataFile: deletes.location }),
  }
}

/** Deletes one row of a file of one row and puts one into the other table, read anew until it lands. Gives how often it was stale. */
async function moveOne(lake: LocalLake, client: CatalogClient, name: string, target: string): Promise<number> {
  const reader = manifestReader(lake.store)
  for (let stale = 0; ; stale++) {
    const [from, to] = await Promise.all(
      [committedTable, other].map((ident) => untilAnswered(() => client.loadTable(ident))),
    )
    const scan = await planScan({ metadata: from!.metadata, store: lake.store, reader })
    const found = applicableDeletes(scan).find((one) => one.file.location.endsWith(`/${target}`))
    if (found === undefined || found.deletes.length > 0) return stale
    const outcome = await untilAnswered(() =>
      commitRowChanges(
        [
          {
            ident: committedTable,
            change: {
              tableUuid: from!.metadata['table-uuid'],
              schemaId: 0,
              operation: 'delete',
              read: { snapshotId: currentSnapshot(from!.metadata)!['snapshot-id'], isolation: 'snapshot' },
              deletes: [file(`${name}-deletes-${stale}`, found.file)],
            },
          },
          {
            ident: other,
            change: {
              tableUuid: to!.metadata['table-uuid'],
              schemaId: 0,
              operation: 'append',
              added: [file(`${name}-moved-${stale}`)],
            },
          },
        ],
        { client, store: lake.store, reader },
      ),
    )
    if (outcome.kind === 'committed') return stale
  }
}

const [writers, targets] = [4, 6]

void test('INV-L9: of writers that take rows from each other while answers get lost each row moves once, in both tables or in none', async () => {
  const seed = Date.now() % 100_000
  const random = seededRandom(seed)
  await using lake = await openLocalLake({ files: unsynced })
  const first = await createCommittedTable(lake)
  await lake.client.createTable(['public'], { name: 'u', schema: first.metadata.schemas[0]! })
  const reader = manifestReader(lake.store)
  const names = Array.from({ length: targets }, (_, at) => `target-${at}`)
  const added = names.map((name) => file(name))
  const { metadata } = first
  const append = { tableUuid: metadata['table-uuid'], schemaId: 0, operation: 'append', added } as const
  const started = await commitRowChanges([{ ident: committedTable, change: append }], { ...lake, reader })
  assert.equal(started.kind, 'committed')
  await using served = await serveCatalog(lake.catalog)
  served.decide = () =>
    random.oneOf<Fate>(['answered', 'answered', 'answered', 'answered', 'before', 'after', 'within'])
  // Every writer goes for every row, in an order of its own.
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const client = connectCatalog({ uri: served.uri })
      const own = names.map((__, at) => names[(at + writer) % targets]!)
      for (const target of own) await moveOne(lake, client, `${writer}-${target}`, target)
    }),
  )
  const [from, to] = await Promise.all(
    [committedTable, other].map(async (ident) => (await lake.client.loadTable(ident)).metadata),
  )
  const scan = await planScan({ metadata: from!, store: lake.store, reader })
  const deletes = applicableDeletes(scan).map((one) => one.deletes.length)
  assert.deepEqual(
    deletes,
    Array.from({ length: targets }, () => 1),
    `seed ${seed}: each row goes once`,
  )
  const moved = await planScan({ metadata: to!, store: lake.store, reader })
  const takers = scan.deleteFiles.map(({ location }) => location.replace('-deletes-', '-moved-')).toSorted()
  assert.deepEqual(moved.dataFiles.map(({ location }) => location).toSorted(), takers, `seed ${seed}`)
  assert.equal([...ancestors(to!, to!['current-snapshot-id'])].length, targets, `seed ${seed}`)
})

void test('a commit that no answer ever tells of is an error, not a conflict: it may land yet', async () => {
  await using lake = await openLocalLake({ files: unsynced })
  const { metadata } = await createCommittedTable(lake)
  const client = {
    ...lake.client,
    commitTable: async () => ({ outcome: 'unknown', cause: new Error('cut') }) as const,
  }
  const change = {
    tableUuid: metadata['table-uuid'],
    schemaId: 0,
    operation: 'append',
    added: [file('one')],
  } as const
  const context = { client, store: lake.store, reader: manifestReader(lake.store) }
  await assert.rejects(commitRowChanges([{ ident: committedTable, change }], context), {
    code: 'WEIR-4009',
    message: /none of 30 attempts to commit to public\.t: whether one of them lands is not known/,
  })
})

/** A catalog that commits what is sent first, lets something happen, and does not answer. */
function unanswered(lake: LocalLake, happen: (sent: Long) => Promise<unknown>) {
  const sent = { times: 0 }
  const client: CatalogClient = {
    ...lake.client,
    async commitTable(ident, commit) {
      if (++sent.times > 1) return lake.client.commitTable(ident, commit)
      await lake.client.commitTable(ident, commit)
      await happen(currentSnapshot((await lake.client.loadTable(ident)).metadata)!['snapshot-id'])
      return { outcome: 'unknown', cause: new Error('cut') }
    },
  }
  return { client, sent }
}

function appendOf({ metadata }: LoadedTable, name: string) {
  const change = { tableUuid: metadata['table-uuid'], schemaId: 0, operation: 'append', added: [file(name)] } as const
  return [{ ident: committedTable, change }]
}

async function update(lake: LocalLake, ...updates: readonly TableUpdate[]): Promise<void> {
  assert.equal((await lake.client.commitTable(committedTable, { requirements: [], updates })).outcome, 'committed')
}

void test('a commit without an answer that landed and was rolled back since has landed: it does not come again', async () => {
  await using lake = await openLocalLake({ files: unsynced })
  const table = await createCommittedTable(lake)
  const context = { ...lake, reader: manifestReader(lake.store) }
  const before = await commitRowChanges(appendOf(table, 'before'), context)
  assert.ok(before.kind === 'committed')
  const rolledBack = { 'snapshot-id': before.snapshotIds[0]!, 'ref-name': 'main', type: 'branch' } as const
  const { client, sent } = unanswered(lake, () => update(lake, { action: 'set-snapshot-ref', ...rolledBack }))
  const outcome = await commitRowChanges(appendOf(table, 'own'), { ...context, client })
  assert.deepEqual([outcome.kind, sent.times], ['committed', 1])
  const now = (await lake.client.loadTable(committedTable)).metadata
  assert.equal(now['current-snapshot-id'], before.snapshotIds[0])
})

void test('a commit without an answer that landed, and whose snapshot has expired since, is known by its files', async () => {
  await using lake = await openLocalLake({ files: unsynced })
  const table = await createCommittedTable(lake)
  const context = { ...lake, reader: manifestReader(lake.store) }
  const { client, sent } = unanswered(lake, async (snapshotId) => {
    await commitRowChanges(appendOf(table, 'others'), context)
    await update(lake, { action: 'remove-snapshots', 'snapshot-ids': [snapshotId] })
  })
  const outcome = await commitRowChanges(appendOf(table, 'own'), { ...context, client })
  assert.deepEqual([outcome.kind, sent.times], ['committed', 1])
  const { metadata } = await lake.client.loadTable(committedTable)
  assert.equal((await planScan({ metadata, store: lake.store })).dataFiles.length, 2)
})
