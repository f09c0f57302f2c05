import { catalogue } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { liveRowsSql } from '../../lake/scan/live-rows.ts'
import { nearestSummary } from '../../lake/scan/nearest-summary.ts'
import { planScan, type Scan } from '../../lake/scan/plan-scan.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import { parseMetadata } from '../../lake/metadata/read.ts'
import type { TableMetadata } from '../../lake/metadata/table-metadata.ts'
import { deliveryState, type DeliveryState } from '../../record/delivery-state.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { TableRelation } from '../engine-host.ts'
import { quoteName } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'
import { duckdbTypeOf } from './duckdb-type.ts'
import { rememberLatest } from './remember-latest.ts'
import { openSegmentLinks } from './segment-links.ts'
import type { TablePlan, TablePlanner } from './table-plan.ts'
import { planTail } from './tail-rows.ts'

const tablesRemembered = 200

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
  const stateAt = rememberLatest(tablesRemembered, async (location: string) =>
    deliveryState.parse(JSON.parse((await objects.get(location)).toString('utf8'))),
  )
  const snapshotAt = rememberLatest(tablesRemembered, async (location: string) => {
    const metadata = await metadataAt(location)
    const scan = await planScan({ metadata, store: objects, reader })
    return {
      sql: await rowsSql(scan, metadata, objects),
      names: new Set(scan.schema.fields.map(({ name }) => name)),
    }
  })

  const stateOf = async (metadata: TableMetadata): Promise<DeliveryState | undefined> => {
    const summary = nearestSummary(metadata)
    return summary && stateAt(`${metadata.location.replace(/\/$/, '')}/${summary.state}`)
  }
  return {
    async plan(relation, resolved): Promise<TablePlan | 'stale'> {
      const metadata = await metadataAt(resolved.metadataLocation)
      const snapshot = await snapshotAt(resolved.metadataLocation)
      const state = resolved.tails.length ? await stateOf(metadata) : undefined
      const tail = planTail(resolved.tails, state, metadata['current-schema-id'])
      if (tail === 'stale') return 'stale'
      const linked = await links.link(tail.flatMap(({ segments }) => segments))
      if (linked === 'gone') return 'stale'
      const tails = tail.map(
        ({ segments, condition }) =>
          `SELECT * FROM read_parquet([${segments.map((path) => linked.pathOf(path)).join(', ')}], union_by_name = true)${condition ? ` WHERE ${condition}` : ''}`,
      )
      const rows = [snapshot.sql, ...tails].map((sql) => `(${sql})`).join(' UNION ALL BY NAME ')
      return { sql: project(relation, snapshot.names, tails.length > 0, rows), release: () => linked.release() }
    },
  }
}

/** The relation's columns of `rows`; one that the table does not have (any more) is null. */
function project({ columns }: TableRelation, known: ReadonlySet<string>, mixed: boolean, rows: string): string {
  const items = columns.map(({ name, type }) => {
    if (!known.has(name)) return `CAST(NULL AS ${duckdbTypeOf(type)}) AS ${quoteName(name)}`
    return mixed ? `CAST(${quoteName(name)} AS ${duckdbTypeOf(type)}) AS ${quoteName(name)}` : quoteName(name)
  })
  return `SELECT ${items.join(', ')} FROM (${rows})`
}

async function localPaths(
  objects: ObjectStore,
  files: readonly { readonly location: string }[],
  concurrency = 8,
): Promise<readonly string[]> {
  const paths: string[] = Array.from({ length: files.length })
  let next = 0
  const work = async () => {
    for (let at = next++; at < files.length; at = next++) paths[at] = await objects.localPath(files[at]!.location)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return paths
}

/** The rows of a snapshot, without those that other engines deleted. */
async function rowsSql(scan: Scan, metadata: TableMetadata, objects: ObjectStore): Promise<string> {
  const files = [...scan.dataFiles, ...scan.deleteFiles]
  const paths = await localPaths(objects, files)
  const pathOf = new Map(files.map(({ location }, at) => [location, paths[at]!]))
  try {
    return liveRowsSql(scan, { schemas: metadata.schemas, pathOf: (location) => pathOf.get(location)! })
  } catch (error) {
    if (!(error instanceof WeirError) || (error.code !== 'WEIR-4013' && error.code !== 'WEIR-4014')) throw error
    // To a SQL client this is a feature that is not there.
    const fields = { sqlstate: '0A000', hint: catalogue[error.code].remedy }
    throw sqlError('WEIR-6011', `the table at ${metadata.location} cannot be read: ${error.message}`, fields, error)
  }
}
