import type { DataFile } from '../../lake/manifest/data-file.ts'
import type { ManifestReader } from '../../lake/manifest/manifest-reader.ts'
import { ancestors, currentSnapshot, tableSchema } from '../../lake/metadata/read.ts'
import type { Snapshot, TableMetadata } from '../../lake/metadata/table-metadata.ts'
import { writtenSpec } from '../../lake/metadata/written-spec.ts'
import { liveRowsSql, refuseFormats } from '../../lake/scan/live-rows.ts'
import { planScan } from '../../lake/scan/plan-scan.ts'
import { copySql } from '../../lake/write/copy.ts'
import { stateProperty } from '../../record/delivery-state.ts'
import type { RecordSchema } from '../../record/json/record-schema.ts'
import { holdAll } from '../../storage/objects/hold-all.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { rowsOfFiles } from './rows-of-files.ts'
import type { NearestSummary, OthersChanged, TableView } from './delivery-table.ts'

/** Table metadata as deliveries look at it. */
export function lakeView(
  metadata: TableMetadata,
  ports: { readonly store: ObjectStore; readonly reader: ManifestReader },
): TableView {
  const snapshot = currentSnapshot(metadata)
  const schema = tableSchema(metadata)
  return {
    uuid: metadata['table-uuid'],
    location: metadata.location,
    schemaId: schema['schema-id'],
    schema: schema as RecordSchema,
    snapshotId: snapshot ? String(snapshot['snapshot-id']) : null,
    lastSequence: metadata['last-sequence-number'],
    snapshotIds: new Set((metadata.snapshots ?? []).map((one) => String(one['snapshot-id']))),
    committedAtMs: snapshot?.['timestamp-ms'] ?? null,
    state: metadata.properties?.[stateProperty],
    summary: nearestOf(metadata),
    removals: removalsOf(metadata),
    changedSince: othersChanged(metadata, isDelivery),
    changedEver: othersChanged(metadata, () => false),
    copyText: (select, directory) =>
      copySql({
        schema,
        spec: writtenSpec(metadata, metadata['default-spec-id']),
        source: `(${select})`,
        directory,
      }),
    async dataFiles() {
      const scan = await planScan({ metadata, ...ports })
      refuseFormats(scan)
      const { dataFiles, deleteFiles } = scan
      const { pathOf, release } = await holdAll(ports.store, [...dataFiles, ...deleteFiles])
      const paths = dataFiles.map(({ location }) => pathOf(location))
      const hasDeletes = deleteFiles.length > 0
      const isLess = hasDeletes && paths.length > 0
      const rows = isLess ? `(${liveRowsSql(scan, { schemas: metadata.schemas, pathOf })})` : rowsOfFiles(paths)
      const count = (files: readonly DataFile[]): bigint =>
        files.reduce((sum, file) => sum + BigInt(file.recordCount), 0n)
      const liveRows = count(dataFiles) - count(deleteFiles)
      return { paths, rows, hasDeletes, liveRows, [Symbol.dispose]: release }
    },
  }
}

function nearestOf(metadata: TableMetadata): NearestSummary {
  let last
  for (const snapshot of ancestors(metadata, metadata['current-snapshot-id'])) {
    const path = snapshot.summary?.[stateProperty]
    if (path !== undefined) return { kind: 'named', path }
    last = snapshot
  }
  return last === undefined || last['parent-snapshot-id'] == null ? { kind: 'none' } : { kind: 'broken' }
}

/** Operations of the Iceberg specification that may take rows away; `replace` only writes them anew. */
function removalsOf(metadata: TableMetadata): TableView['removals'] {
  let last
  for (const snapshot of ancestors(metadata, metadata['current-snapshot-id'])) {
    const operation = snapshot.summary?.['operation']
    if (operation === 'delete' || operation === 'overwrite') return 'some'
    last = snapshot
  }
  return last === undefined || last['parent-snapshot-id'] == null ? 'none' : 'unknown'
}

function isDelivery({ summary }: Snapshot): boolean {
  return summary?.[stateProperty] !== undefined && summary['operation'] !== 'replace'
}

/** By the ancestors of the current snapshot, up to one at which to stop. */
function othersChanged(metadata: TableMetadata, stopAt: (snapshot: Snapshot) => boolean): OthersChanged {
  let last
  for (const snapshot of ancestors(metadata, metadata['current-snapshot-id'])) {
    if (stopAt(snapshot)) return 'none'
    if (!isDelivery(snapshot) && changesRows(snapshot)) return 'some'
    last = snapshot
  }
  return last === undefined || last['parent-snapshot-id'] == null ? 'none' : 'unknown'
}

/** A fence of maintenance adds and takes nothing. */
function changesRows({ summary = {} }: Snapshot): boolean {
  if (summary['operation'] === 'replace') return false
  return ['added-records', 'deleted-records', 'added-position-deletes', 'added-equality-deletes'].some(
    (count) => Number(summary[count] ?? 0) > 0,
  )
}
