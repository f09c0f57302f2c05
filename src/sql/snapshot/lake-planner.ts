import { catalogue } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import { toLong } from '../../lake/json.ts'
import { currentSnapshot, parseMetadata, schemaById, snapshotOf } from '../../lake/metadata/read.ts'
import type { Snapshot, TableMetadata } from '../../lake/metadata/table-metadata.ts'
import { liveRowsSql, placedRowsSql } from '../../lake/scan/live-rows.ts'
import { pruneScan } from '../../lake/scan/file-filter.ts'
import { holdScanned } from '../../lake/scan/hold-scanned.ts'
import { nearestSummary } from '../../lake/scan/nearest-summary.ts'
import { planScan, type Scan } from '../../lake/scan/plan-scan.ts'
import { scanSql } from '../../lake/scan/scan-sql.ts'
import type { DeliveryState } from '../../record/delivery-state.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { ScanFilter } from '../blank/scan-filter.ts'
import type { ResolvedTable, TableRelation } from '../engine-host.ts'
import { quoteName } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'
import { placeColumns } from '../write/bind/write-names.ts'
import { duckdbTypeOf } from './duckdb-type.ts'
import { keyedRowsSql, keyOfTails } from './keyed-rows.ts'
import { type PendingTable, type ScanOfTable, withPending } from './pending-table.ts'
import { pruneFiles } from './prune-files.ts'
import { rememberLatest } from './remember-latest.ts'
import { openSegmentLinks, type LinkedSegments } from './segment-links.ts'
import { pinOf } from './pin-table.ts'
import { manifestNaming } from './manifest-naming.ts'
import { readStateFile } from './state-file.ts'
import type { Pin, ReadRelation, TablePlan, TablePlanner, WrittenPlan, WrittenTable } from './table-plan.ts'
import { planTail, type TailRows } from './tail-rows.ts'

const tablesRemembered = 200
/** Of tables as they were, which are asked for less. */
const pinsRemembered = 50

/**
 * Plans tables of the lake: the snapshot's files and, beyond their offsets, the tail (delivery rule 12). Metadata, manifests
 * and state files never change, so each is read once.
 */
export function lakePlanner(config: { readonly objects: ObjectStore; readonly linkDirectory: string }): TablePlanner {
  const { objects } = config
  const links = openSegmentLinks(config.linkDirectory)
  const reader = manifestReader(objects)
  const metadataAt = rememberLatest(tablesRemembered, async (location: string) =>
    parseMetadata((await objects.get(location)).toString('utf8'), location),
  )
  const stateAt = rememberLatest(tablesRemembered, (location: string) => readStateFile(objects, location))
  const snapshotAt = rememberLatest(tablesRemembered, async (location: string): Promise<ScanOfTable> => {
    const metadata = await metadataAt(location)
    return { metadata, scan: await planScan({ metadata, store: objects, reader }), pathOf: notHeld }
  })

  const stateOf = async (metadata: TableMetadata): Promise<DeliveryState | undefined> => {
    const summary = nearestSummary(metadata)
    return summary && stateAt(`${metadata.location.replace(/\/$/, '')}/${summary.state}`)
  }
  const pinnedAt = rememberLatest(pinsRemembered, async (key: string): Promise<ScanOfTable> => {
    const [location, id] = JSON.parse(key) as [location: string, snapshotId: string]
    const metadata = await metadataAt(location)
    const scan = await planScan({ metadata, store: objects, reader, snapshotId: toLong(id) })
    return { metadata, scan, pathOf: notHeld }
  })
  const snapshotRead = async (
    { pin }: ReadRelation,
    { metadataLocation }: ResolvedTable,
  ): Promise<Snapshot | undefined> => {
    const metadata = await metadataAt(metadataLocation)
    return pin ? snapshotOf(metadata, pin.snapshotId) : currentSnapshot(metadata)
  }
  /** Committed rows alone, with the schema of the pin. */
  const planPinned = async (
    relation: TableRelation,
    { snapshotId, schemaId }: Pin,
    { metadataLocation }: ResolvedTable,
    asked: () => Promise<ScanFilter | undefined>,
  ): Promise<TablePlan> => {
    const pinned = await pinnedAt(JSON.stringify([metadataLocation, String(snapshotId)]))
    const { metadata, scan } = pinned
    const schema = schemaById(metadata, schemaId) ?? scan.schema
    const snapshot = await askedFiles({ ...pinned, scan: { ...scan, schema } }, objects, asked)
    const { pathOf, release } = await holdFiles(objects, snapshot, undefined)
    try {
      const rows = liveRowsSql(snapshot.scan, { schemas: metadata.schemas, pathOf })
      return { sql: project(relation, snapshot.scan, rows), release }
    } catch (error) {
      await release()
      throw unreadable(error, metadata)
    }
  }
  /** Committed rows and those of the transaction, each with its place; what is in tails is later than the statement. */
  const planWritten = async (
    relation: TableRelation,
    { rows }: WrittenTable,
    { metadataLocation }: ResolvedTable,
    asked: () => Promise<ScanFilter | undefined>,
    pending: PendingTable | undefined,
  ): Promise<TablePlan> => {
    const committed = await snapshotAt(metadataLocation)
    const whole = withPending(committed, pending)
    const { metadata } = whole
    const placedIn = async ({ scan }: Pick<ScanOfTable, 'scan'>) => {
      const { pathOf, release } = await holdFiles(objects, { ...whole, scan }, pending)
      try {
        const lineage = metadata['format-version'] >= 3
        return {
          pathOf,
          release,
          sql: placedRowsSql(scan, { schemas: metadata.schemas, pathOf, lineage }, placeColumns),
        }
      } catch (error) {
        await release()
        throw unreadable(error, metadata)
      }
    }
    const written: WrittenPlan = {
      ...whole,
      committed: committed.scan,
      rowsIn: (filter) => placedIn({ scan: pruneScan(whole.scan, filter) }),
    }
    if (rows === 'none') return { written, sql: scanSql(whole.scan.schema, []), release: async () => {} }
    const { scan } = await askedFiles(whole, objects, asked)
    const { pathOf, release, sql } = await placedIn({ scan })
    return {
      written: { ...written, scan, pathOf },
      sql: project(relation, scan, sql, Object.values(placeColumns)),
      release,
    }
  }
  return {
    async pin(table, moment) {
      return pinOf(await metadataAt(table.metadataLocation), table, moment)
    },
    async manifestOf(relation, resolved, error) {
      const snapshot = await snapshotRead(relation, resolved)
      return snapshot && manifestNaming(objects, reader, snapshot, error)
    },
    async plan(relation, resolved, asked, pending): Promise<TablePlan | 'stale'> {
      if (relation.pin) return planPinned(relation, relation.pin, resolved, asked)
      if (relation.written) return planWritten(relation, relation.written, resolved, asked, pending)
      const whole = withPending(await snapshotAt(resolved.metadataLocation), pending)
      const snapshot = await askedFiles(whole, objects, asked)
      const { metadata } = snapshot
      const state = resolved.tails.length ? await stateOf(metadata) : undefined
      const tail = planTail(resolved.tails, state, metadata['current-schema-id'])
      if (tail === 'stale') return 'stale'
      const linked = await links.link(tail.flatMap(({ segments }) => segments))
      if (linked === 'gone') return 'stale'
      let held: HeldFiles | undefined
      const release = async (): Promise<void> => {
        await held?.release()
        await linked.release()
      }
      try {
        held = await holdFiles(objects, snapshot, pending)
        const files = { ...snapshot, pathOf: held.pathOf }
        const sql = project(relation, snapshot.scan, rowsSql(files, tail, linked, keyOfTails(resolved.tails)))
        return { sql, release }
      } catch (error) {
        await release()
        throw unreadable(error, metadata)
      }
    },
  }
}

/** Where there are fewer files on this disk, finding out what is asked for costs more than opening them; fetching one costs more. */
const prunedFilesMin = 8

async function askedFiles(
  snapshot: ScanOfTable,
  objects: ObjectStore,
  asked: () => Promise<ScanFilter | undefined>,
): Promise<ScanOfTable> {
  const filesMin = objects.copyBytesMax === undefined ? prunedFilesMin : 1
  const filter = snapshot.scan.dataFiles.length >= filesMin ? await asked() : undefined
  return filter ? { ...snapshot, scan: pruneFiles(snapshot.scan, filter) } : snapshot
}

/** The relation's columns of `rows`; one that the table does not have (any more) is null. */
function project({ columns }: TableRelation, { schema }: Scan, rows: string, more: readonly string[] = []): string {
  const names = schema.fields.map(({ name }) => name)
  const isSame =
    more.length === 0 && names.length === columns.length && columns.every(({ name }, at) => name === names[at])
  // One SELECT more is one more to plan, and a projection where rows are only counted.
  if (isSame) return rows
  const known = new Set([...names, ...more])
  const items = columns.map(({ name, type }) =>
    known.has(name) ? quoteName(name) : `CAST(NULL AS ${duckdbTypeOf(type)}) AS ${quoteName(name)}`,
  )
  return `SELECT ${items.join(', ')} FROM (${rows})`
}

/**
 * The rows of a snapshot, without those that other engines deleted, and those of the tail. Segments are written like data files, so
 * those that are read whole are files among the others: one scan, whose work is shared among all processors.
 */
function rowsSql(
  { scan, metadata, pathOf }: ScanOfTable,
  tail: readonly TailRows[],
  linked: LinkedSegments,
  key: readonly string[] | undefined,
): string {
  const { schemas } = metadata
  if (key && tail.length > 0)
    return keyedRowsSql(liveRowsSql(scan, { schemas, pathOf }), {
      key,
      schema: scan.schema,
      schemas,
      tail,
      pathOf: (segment) => linked.pathOf(segment),
    })
  const whole = tail.filter(({ condition }) => condition === undefined)
  const beside = whole.flatMap(({ segments }) => segments.map((path) => linked.pathOf(path)))
  const parts = tail
    .filter(({ condition }) => condition !== undefined)
    .map(({ segments, condition }) => {
      const paths = segments.map((path) => linked.pathOf(path))
      return `SELECT * FROM (${scanSql(scan.schema, paths, schemas)}) WHERE ${condition}`
    })
  return [liveRowsSql(scan, { schemas, pathOf, beside }), ...parts].join(' UNION ALL BY NAME ')
}

interface HeldFiles {
  readonly pathOf: (location: string) => string
  readonly release: () => Promise<void>
}

/** Of files that nobody holds there is no path: a plan holds those that it reads. */
const notHeld = (location: string): string => location

/**
 * Files stay where the plan says for as long as the statement runs: copies of objects in S3 are held, and statements over the same files
 * share them; what a transaction has written itself lies here. To a SQL client a table that is larger than all copies may be is a limit of
 * the configuration.
 */
async function holdFiles(
  objects: ObjectStore,
  { scan, metadata, pathOf }: ScanOfTable,
  pending: PendingTable | undefined,
): Promise<HeldFiles> {
  const own = new Set([...(pending?.added ?? []), ...(pending?.deletes ?? [])].map(({ file }) => file.location))
  const committed = [...scan.dataFiles, ...scan.deleteFiles].filter(({ location }) => !own.has(location))
  try {
    const held = await holdScanned(committed, objects)
    return {
      pathOf: (location) => (own.has(location) ? pathOf(location) : held.pathOf(location)),
      release: async () => held.release(),
    }
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'WEIR-8009') throw error
    const fields = { sqlstate: '53400', hint: catalogue[error.code].remedy }
    throw sqlError('WEIR-8009', `the table at ${metadata.location} cannot be read: ${error.message}`, fields, error)
  }
}

function unreadable(error: unknown, { location }: TableMetadata): unknown {
  if (!(error instanceof WeirError) || (error.code !== 'WEIR-4013' && error.code !== 'WEIR-4014')) return error
  // To a SQL client this is a feature that is not there.
  const fields = { sqlstate: '0A000', hint: catalogue[error.code].remedy }
  return sqlError('WEIR-6011', `the table at ${location} cannot be read: ${error.message}`, fields, error)
}
