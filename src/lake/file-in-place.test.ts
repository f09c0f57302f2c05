import assert from 'node:assert/strict'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { commitFiles } from '../../test/support/commit-files.ts'
import { openLocalLake, type LocalLake } from '../../test/support/local-lake.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { pathOf } from '../storage/objects/location.ts'
import { prepareAppend } from './commit/prepare-append.ts'
import type { DataFile } from './manifest/data-file.ts'
import { encodeManifestList, readManifestList } from './manifest/manifest-list.ts'
import { parseMetadata, currentSnapshot } from './metadata/read.ts'
import type { TableMetadata } from './metadata/table-metadata.ts'
import { planScan } from './scan/plan-scan.ts'
import { schemaOf } from './types/schema.ts'

const schema = schemaOf([{ name: 'id', type: 'long' }])

function fileOf({ location }: TableMetadata, name: string): DataFile {
  const plain = { content: 'data', format: 'PARQUET', specId: 0, partition: [], recordCount: 1, sizeBytes: 4 } as const
  return { ...plain, location: `${location}/data/${name}.parquet` }
}

/** As Weir writes its files, or as other engines do, whose names say nothing of the bytes. */
type By = 'weir' | 'others'

/** A table of two snapshots, as it is after the first and after the second. */
async function table({ client, store }: LocalLake, name: string, by: By) {
  await client.ensureNamespace(['public'])
  const ident = { namespace: ['public'], name }
  const made = await client.createTable(ident.namespace, { name, schema })
  const after: { readonly metadataLocation: string; readonly metadata: TableMetadata }[] = []
  for (const at of ['1', '2']) {
    const { metadata } = after.at(-1) ?? made
    const file = fileOf(metadata, at)
    const commit =
      by === 'weir'
        ? await prepareAppend({ metadata, store, dataFiles: [file] })
        : await commitFiles(store, metadata, [file])
    const committed = await client.commitTable(ident, commit)
    assert.ok(committed.outcome === 'committed')
    after.push(committed.table)
  }
  return { first: after[0]!, second: after[1]! }
}

/** Reads files as those of other engines, whose names say nothing of their bytes. */
const unnamed = { store: { get: (location: string) => readFile(pathOf(location)) } }

/** As an engine does that has read nothing before. */
async function plan({ store }: { readonly store: Pick<LocalLake['store'], 'get'> }, location: string): Promise<number> {
  const metadata = parseMetadata((await store.get(location)).toString(), location)
  return (await planScan({ metadata, store })).dataFiles.length
}

async function filesOf({ store }: LocalLake, { metadata }: { readonly metadata: TableMetadata }) {
  const list = currentSnapshot(metadata)!['manifest-list']
  const [manifest] = await readManifestList(store, currentSnapshot(metadata)!)
  return { list, manifest: manifest!.location }
}

const refusal = (code: string, location: string, said: RegExp) => (error: WeirError) => {
  assert.equal(error.code, code, String(error))
  assert.ok(error.message.startsWith(`${location} `), error.message)
  assert.match(error.message, said)
  return true
}

void test('INV-L10: each file of the metadata of another table, and of an older state of this one, is refused in the place of one that Weir wrote', async () => {
  await using lake = await openLocalLake()
  const [ours, theirs] = [await table(lake, 'ours', 'weir'), await table(lake, 'theirs', 'weir')]
  const location = ours.second.metadataLocation
  const own = await filesOf(lake, ours.second)
  assert.equal(await plan(lake, location), 2)
  for (const other of [theirs.second, ours.first]) {
    const others = await filesOf(lake, other)
    for (const [place, from] of [
      [location, other.metadataLocation],
      [own.list, others.list],
      ...(own.manifest === others.manifest ? [] : [[own.manifest, others.manifest] as const]),
    ] as const) {
      const before = await readFile(pathOf(place))
      await copyFile(pathOf(from), pathOf(place))
      await assert.rejects(
        plan(lake, location),
        refusal('WEIR-8007', place, /its name says checksum \w+, its \d+ bytes have \w+/),
      )
      await writeFile(pathOf(place), before)
    }
  }
  assert.equal(await plan(lake, location), 2)
})

void test('INV-L10: of files that other engines named, lists and manifests of another snapshot, table, spec or kind are refused by what they say of themselves', async () => {
  await using lake = await openLocalLake()
  const [ours, theirs] = [await table(lake, 'ours', 'others'), await table(lake, 'theirs', 'others')]
  const location = ours.second.metadataLocation
  const [own, others, older] = [
    await filesOf(lake, ours.second),
    await filesOf(lake, theirs.second),
    await filesOf(lake, ours.first),
  ]
  const cases = [
    [own.list, await readFile(pathOf(others.list)), /expected snapshot-id in its header \d+, found \d+/],
    [own.list, await readFile(pathOf(older.list)), /expected snapshot-id in its header \d+, found \d+/],
    [own.manifest, (await readFile(pathOf(own.manifest))).subarray(0, -1), /expected length in bytes \d+, found \d+/],
    [
      own.manifest,
      await readFile(pathOf(others.manifest)),
      /expected (length in bytes|snapshot id of an added file) \d+, found \d+/,
    ],
  ] as const
  for (const [place, bytes, said] of cases) {
    const before = await readFile(pathOf(place))
    await writeFile(pathOf(place), bytes)
    await assert.rejects(plan(unnamed, location), refusal('WEIR-4008', place, said))
    await writeFile(pathOf(place), before)
  }
  const snapshot = currentSnapshot(ours.second.metadata)!
  const manifests = await readManifestList(lake.store, snapshot)
  const about = { id: snapshot['snapshot-id'], parentId: null, sequenceNumber: snapshot['sequence-number']! }
  for (const [change, said] of [
    [{ specId: 7 }, /expected partition-spec-id in its header 7, found 0/],
    [{ content: 'deletes' }, /expected content in its header deletes, found data/],
    [{ addedFiles: 2 }, /expected number of added files 2, found 1/],
    [{ addedSnapshotId: 5 }, /expected snapshot id of an added file 5, found \d+/],
  ] as const) {
    const changed = manifests.map((manifest) =>
      manifest.location === own.manifest ? { ...manifest, ...change } : manifest,
    )
    await writeFile(pathOf(own.list), encodeManifestList(changed, about))
    await assert.rejects(plan(unnamed, location), refusal('WEIR-4008', own.manifest, said))
  }
  await writeFile(pathOf(own.list), encodeManifestList(manifests, { ...about, sequenceNumber: 1 }))
  await assert.rejects(
    plan(unnamed, location),
    refusal('WEIR-4008', own.list, /expected sequence-number in its header 2, found 1/),
  )
})
