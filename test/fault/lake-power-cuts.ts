import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { commitRowChanges } from '../../src/lake/commit/commit-row-changes.ts'
import { prepareAppend } from '../../src/lake/commit/prepare-append.ts'
import type { Catalog } from '../../src/lake/catalog/catalog.ts'
import { createCatalog } from '../../src/lake/catalog/create-catalog.ts'
import type { PointerKind, PointerStore, TableIdent } from '../../src/lake/catalog/pointer-store.ts'
import type { CatalogClient, LoadedTable } from '../../src/lake/client/catalog-client.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { expireSnapshots } from '../../src/lake/maintenance/expire-snapshots.ts'
import { reachableFiles } from '../../src/lake/maintenance/reachable-files.ts'
import type { DataFile } from '../../src/lake/manifest/data-file.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { deltaRoot, deltaVersion, isDelta } from '../../src/lake/delta/write/delta-table.ts'
import { parseMetadata } from '../../src/lake/metadata/read.ts'
import type { TableMetadata } from '../../src/lake/metadata/table-metadata.ts'
import { planScan } from '../../src/lake/scan/plan-scan.ts'
import { parseViewMetadata } from '../../src/lake/view/view-metadata.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import { locationOf, pathOf, under } from '../../src/storage/objects/location.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { askCatalog } from '../support/ask-catalog.ts'
import { deltaLogAt } from '../support/delta-log.ts'
import { fetchFrom } from '../support/local-lake.ts'
import { memoryPointers } from '../support/memory-pointers.ts'
import { recordFiles, type Recording } from '../support/power-cut/record-files.ts'
import { replayTo } from '../support/power-cut/replay.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'

const ident: TableIdent = { namespace: ['shop'], name: 'orders' }

/** The pointer as the metadata database had it: durable when it answered, perhaps before (SQLite, synchronous=FULL). */
interface Swap {
  readonly kind: PointerKind
  readonly to: string
  readonly started: number
  readonly answered: number
}

interface Commit {
  readonly file: string
  /** That it names; a change of rows names none of its own. */
  readonly state?: string
  readonly answered: number
}

interface Lake {
  readonly root: string
  readonly recording: Recording
  readonly store: ObjectStore
  readonly client: CatalogClient
  readonly catalog: Catalog
  readonly swaps: readonly Swap[]
  /** What each file must hold, by location. */
  readonly bytes: Map<string, Buffer>
  readonly commits: Commit[]
}

function openLake(root: string, careless: (files: Files) => Files): Lake {
  mkdirSync(root)
  const recording = recordFiles(nodeFiles, root)
  const store = openObjectStore({ roots: [root], files: careless(recording.files) })
  const swaps: Swap[] = []
  const memory = memoryPointers()
  const pointers: PointerStore = {
    ...memory,
    swap: async (changes) => {
      const started = recording.now()
      const result = await memory.swap(changes)
      const to = changes[0]?.to
      if (result.swapped && to !== undefined && to !== null)
        swaps.push({ kind: changes[0]?.kind ?? 'table', to, started, answered: recording.now() })
      return result
    },
  }
  const catalog = createCatalog({ pointers, objects: store, warehouse: locationOf(root) })
  const client = connectCatalog({ uri: 'http://catalog', fetch: fetchFrom(catalog) })
  return { root, recording, store, client, catalog, swaps, bytes: new Map(), commits: [] }
}

/** What a delivery does: data file, state file, manifests, commit; a conflict is tried again on the table as it is then. */
async function commitOnce(lake: Lake, random: Random, name: string): Promise<void> {
  const { store, client, recording, bytes } = lake
  let table: LoadedTable = await client.loadTable(ident)
  const file = under(table.metadata.location, 'data', `${name}.parquet`)
  const found = join(lake.root, `copied-${name}`)
  bytes.set(file, Buffer.alloc(1 + random.pick(4000), random.pick(255) + 1))
  writeFileSync(found, bytes.get(file)!)
  await store.adopt(found, file)
  const state = under(table.metadata.location, 'weir', `${name}.json`)
  bytes.set(state, Buffer.from(JSON.stringify({ version: 1, previous: null, entries: [], letterFiles: [] })))
  await store.put(state, bytes.get(state)!)
  const names = { 'weir.state': `weir/${name}.json` }
  const dataFiles = [
    {
      content: 'data' as const,
      location: file,
      format: 'PARQUET',
      specId: 0,
      partition: [],
      recordCount: 1,
      sizeBytes: bytes.get(file)!.length,
    },
  ]
  for (;;) {
    const { metadata } = table
    const prepared = await prepareAppend({
      metadata,
      store,
      dataFiles,
      snapshotProperties: names,
      tableProperties: names,
    })
    const { outcome } = await client.commitTable(ident, prepared)
    if (outcome === 'committed') {
      lake.commits.push({ file, state, answered: recording.now() })
      return
    }
    assert.equal(outcome, 'conflict')
    table = await client.loadTable(ident)
  }
}

/**
 * What a statement does: rows of one file go by their numbers and others come, in one commit. Whoever was faster makes it read
 * the table anew; what it wrote in vain is named by nothing.
 */
async function changeRows(lake: Lake, random: Random, name: string): Promise<void> {
  const { client, store, recording, bytes } = lake
  const reader = manifestReader(store)
  for (let attempt = 0; ; attempt++) {
    const { metadata } = await client.loadTable(ident)
    const { snapshot, dataFiles } = await planScan({ metadata, store, reader })
    const dataFile = dataFiles[random.pick(dataFiles.length)]
    const [added, deletes] = await Promise.all(
      ['', '-deletes'].map(async (kind): Promise<DataFile> => {
        const location = under(metadata.location, 'data', `${name}-${attempt}${kind}.parquet`)
        const found = join(lake.root, `copied-${name}-${attempt}${kind}`)
        bytes.set(location, Buffer.alloc(1 + random.pick(4000), random.pick(255) + 1))
        writeFileSync(found, bytes.get(location)!)
        await store.adopt(found, location)
        const file = { location, format: 'PARQUET', specId: 0, partition: [], recordCount: 1 } as const
        return { content: 'data', ...file, sizeBytes: bytes.get(location)!.length }
      }),
    )
    const ofFile = dataFile && { content: 'position-deletes' as const, referencedDataFile: dataFile.location }
    const change = {
      tableUuid: metadata['table-uuid'],
      schemaId: metadata['current-schema-id'],
      operation: 'overwrite' as const,
      read: { snapshotId: snapshot?.['snapshot-id'] ?? null, isolation: 'snapshot' as const },
      added: [added!],
      deletes: ofFile === undefined ? [] : [{ ...deletes!, ...ofFile }],
    }
    const outcome = await commitRowChanges([{ ident, change }], { client, store, reader })
    if (outcome.kind === 'stale') continue
    lake.commits.push({ file: added!.location, answered: recording.now() })
    return
  }
}

/** A view that is replaced again and again, all its versions kept. */
async function replaceView({ catalog }: Lake, rounds: number): Promise<void> {
  const versionOf = (sql: string) => ({
    'version-id': 1,
    'schema-id': 0,
    'timestamp-ms': 1,
    summary: {},
    representations: [{ type: 'sql', sql, dialect: 'spark' }],
    'default-namespace': ident.namespace,
  })
  const made = await askCatalog(catalog, 'POST /namespaces/shop/views', {
    name: 'v',
    schema: schemaOf([{ name: 'id', type: 'long' }]),
    'view-version': versionOf('select 1'),
    properties: { 'version.history.num-entries': '1000' },
  })
  assert.equal(made.status, 200, made.body)
  for (let round = 2; round <= rounds; round++) {
    const updates = [
      { action: 'add-view-version', 'view-version': versionOf(`select ${round}`) },
      { action: 'set-current-view-version', 'view-version-id': -1 },
    ]
    const replaced = await askCatalog(catalog, 'POST /namespaces/shop/views/v', { updates })
    assert.equal(replaced.status, 200, replaced.body)
  }
}

/** Two writers, statements that change rows, maintenance that expires almost everything, and a view that changes, all at the same time. */
async function work(lake: Lake, random: Random, { rounds, format = 'iceberg' }: LakePowerCuts): Promise<void> {
  const { client, store } = lake
  await client.ensureNamespace(ident.namespace)
  const properties = {
    'history.expire.max-snapshot-age-ms': '0',
    'history.expire.min-snapshots-to-keep': '2',
    // Some dozen commits are many: the catalog takes snapshots out, and expiry what is left of them.
    'weir.history.every-ms': '100',
    'weir.history.every-max': '3',
    'weir.history.every-spacing-ms': '40',
    'write.metadata.previous-versions-max': '2',
    'weir.format': format,
  }
  await client.createTable(ident.namespace, {
    name: ident.name,
    schema: schemaOf([{ name: 'id', type: 'long', required: false }]),
    properties,
  })
  const writers = ['a', 'b'].map(async (writer) => {
    for (let round = 0; round < rounds; round++) {
      await commitOnce(lake, random, `${writer}${round}`)
      // One at a time, as the operator's turns are.
      if (round % 5 === 4 && writer === 'a') {
        await expireSnapshots(ident, { client, store, reader: manifestReader(store), now: Date.now })
      }
    }
  })
  const statements = async (): Promise<void> => {
    for (let round = 0; round < rounds; round++) await changeRows(lake, random, `c${round}`)
  }
  // A Delta table has no files of deletes, and views are the same.
  const others = format === 'iceberg' ? [statements(), replaceView(lake, rounds)] : []
  await Promise.all([...writers, ...others])
}

/** Locations name the folder that was recorded; what the power cut left of it lies elsewhere. */
function storeOfCut(root: string, into: string): Pick<ObjectStore, 'get'> {
  return {
    get: async (location) => {
      const path = join(into, relative(root, pathOf(location)))
      assert.ok(existsSync(path), `${location} is named and is gone`)
      return readFileSync(path)
    },
  }
}

/** What the database may have at the cut: the last swap that was answered, or one that had begun. */
function pointerAt({ swaps }: Lake, kind: PointerKind, cut: number, random: Random) {
  const own = swaps.filter((swap) => swap.kind === kind)
  const sure = own.findLastIndex(({ answered }) => answered <= cut)
  const begun = own.findLastIndex(({ started }) => started < cut)
  if (begun < 0) return undefined
  const at = sure + random.pick(Math.max(0, begun - sure) + 1)
  return at < 0 ? undefined : { to: own[at]!.to, nth: at + 1 }
}

/** INV-D2, INV-L1, and INV-P4 for commits. */
async function checkCut(lake: Lake, cut: number, seed: number, into: string): Promise<void> {
  const random = seededRandom(seed)
  replayTo(lake.recording.history, cut, random.pick(2 ** 31), into)
  const store = storeOfCut(lake.root, into)
  const view = pointerAt(lake, 'view', cut, random)
  // The nth swap made the nth version.
  if (view !== undefined)
    assert.equal(parseViewMetadata((await store.get(view.to)).toString(), view.to).versions.length, view.nth)
  const table = pointerAt(lake, 'table', cut, random)
  if (table === undefined) return
  const { to } = table
  const metadata = parseMetadata((await store.get(to)).toString(), to)
  const reader = manifestReader(store)
  const { data } = await reachableFiles(metadata.snapshots ?? [], { store, reader })
  const states = (metadata.snapshots ?? []).map(({ summary }) => summary?.['weir.state'])
  const named = [...states, metadata.properties?.['weir.state']].filter((state) => state !== undefined)
  for (const location of [...data, ...named.map((state) => under(metadata.location, state))]) {
    assert.deepEqual(await store.get(location), lake.bytes.get(location), `${location} is torn`)
  }
  const { dataFiles } = await planScan({ metadata, store, reader })
  const present = new Set(dataFiles.map(({ location }) => location))
  for (const { file, answered } of lake.commits) {
    if (answered <= cut) assert.ok(present.has(file), `${file} was committed and is gone`)
  }
  if (isDelta(metadata)) checkLog(lake, metadata, cut, into)
  else checkThinned(lake, metadata, into)
}

/** INV-M15: what the last commit took out is written down, or has been removed since, the record last. */
function checkThinned({ root }: Lake, metadata: TableMetadata, into: string): void {
  const pathIn = (location: string) => join(into, relative(root, pathOf(location)))
  const previous = metadata['metadata-log']?.at(-1)?.['metadata-file']
  if (previous === undefined || !existsSync(pathIn(previous))) return
  const before = parseMetadata(readFileSync(pathIn(previous), 'utf8'), previous).snapshots ?? []
  const after = metadata.snapshots ?? []
  const isAmong = (those: TableMetadata['snapshots'] = [], id: unknown) =>
    those.some((one) => one['snapshot-id'] === id)
  // Expiry takes out and adds none.
  if (after.every((one) => isAmong(before, one['snapshot-id']))) return
  const folder = pathIn(under(metadata.location, 'weir/thinned'))
  const records = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  const texts = records.map((name) => readFileSync(join(folder, name), 'utf8')).join('')
  for (const { 'snapshot-id': id, 'manifest-list': list } of before)
    if (!isAmong(after, id) && existsSync(pathIn(list)))
      assert.ok(texts.includes(list), `snapshot ${id} went, and nothing says so`)
}

/** INV-DL1 to DL3: the log that is left is whole, has what was answered, and may be ahead of the metadata. */
function checkLog(lake: Lake, metadata: TableMetadata, cut: number, into: string): void {
  const root = join(into, relative(lake.root, pathOf(deltaRoot(metadata))))
  const log = deltaLogAt(root)
  assert.ok(log.versions().at(-1)! >= deltaVersion(metadata), 'the pointer is ahead of the log')
  const files = new Set(log.replayed().map((path) => under(deltaRoot(metadata), path)))
  for (const location of files)
    assert.deepEqual(readFileSync(join(root, basename(location))), lake.bytes.get(location), `${location} is torn`)
  for (const { file, answered } of lake.commits)
    if (answered <= cut) assert.ok(files.has(file), `${file} was committed and is not in the log`)
}

export interface LakePowerCuts {
  /** Commits of each of two writers. */
  readonly rounds: number
  readonly cuts: number
  /** Of the table; Iceberg's when absent. */
  readonly format?: 'iceberg' | 'delta'
  /** Spoils the calls of the store, to see whether that is noticed. */
  readonly careless?: (files: Files) => Files
}

/** Records a lake at work, cuts the power at random moments, and reads what the pointer names. */
export async function cutLakePower(seed: number, size: LakePowerCuts): Promise<void> {
  const { cuts, careless = (files) => files } = size
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-lake-'))
  try {
    const lake = openLake(join(folder, 'lake'), careless)
    await work(lake, random, size)
    for (let round = 0; round < cuts; round++) {
      const into = join(folder, `cut-${round}`)
      await checkCut(lake, random.pick(lake.recording.now() + 1), random.pick(2 ** 31), into)
      rmSync(into, { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
