import { filledColumns } from '../../lake/delta/write/partition-text.ts'
import type { DataFile } from '../../lake/manifest/data-file.ts'
import type { ManifestReader } from '../../lake/manifest/manifest-reader.ts'
import { ancestors, currentSnapshot, tableSchema } from '../../lake/metadata/read.ts'
import type { TableMetadata } from '../../lake/metadata/table-metadata.ts'
import { writtenSpec } from '../../lake/metadata/written-spec.ts'
import { holdScanned, isConverted } from '../../lake/scan/hold-scanned.ts'
import { liveRowsSql, refuseFormats } from '../../lake/scan/live-rows.ts'
import { planScan, type Scan } from '../../lake/scan/plan-scan.ts'
import { copySql } from '../../lake/write/copy.ts'
import { sourceColumns, stateProperty } from '../../record/delivery-state.ts'
import type { RecordSchema } from '../../record/json/record-schema.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { scansInTurns } from './scans-in-turns.ts'
import { rowsOfFiles } from './rows-of-files.ts'
import type { NearestSummary, TableFiles, TableView } from './delivery-table.ts'
import { othersChanges } from './others-changes.ts'

/** Table metadata as deliveries look at it. */
export function lakeView(
  metadata: TableMetadata,
  ports: { readonly store: ObjectStore; readonly reader: ManifestReader },
): TableView {
  const snapshot = currentSnapshot(metadata)
  const schema = tableSchema(metadata)
  const scanned = async (): Promise<Scan> => {
    const scan = await planScan({ metadata, ...ports })
    refuseFormats(scan)
    return scan
  }
  const ofPlaces = schema.fields.filter(({ name }) => (sourceColumns as readonly string[]).includes(name))
  /** As files of rows that statements insert, and a table may have no others. */
  const lacksPlaces = ({ columnSizes }: DataFile): boolean => ofPlaces.some(({ id }) => columnSizes?.has(id) !== true)
  /** By ids where a part of the files may not have all columns, or under other names, as copies of rows in Avro. */
  const held = async (scan: Scan, byId = false): Promise<TableFiles> => {
    const { dataFiles, deleteFiles } = scan
    const { pathOf, release } = await holdScanned([...dataFiles, ...deleteFiles], ports.store)
    const paths = dataFiles.map(({ location }) => pathOf(location))
    const hasDeletes = deleteFiles.length > 0
    const isById =
      (hasDeletes || byId || dataFiles.some((file) => isConverted(file) || lacksPlaces(file))) && paths.length > 0
    const rows = isById ? `(${liveRowsSql(scan, { schemas: metadata.schemas, pathOf })})` : rowsOfFiles(paths)
    return { paths, rows, hasDeletes, [Symbol.dispose]: release }
  }
  return {
    uuid: metadata['table-uuid'],
    location: metadata.location,
    schemaId: schema['schema-id'],
    schema: schema as RecordSchema,
    filled: filledColumns(metadata),
    snapshotId: snapshot ? String(snapshot['snapshot-id']) : null,
    lastSequence: metadata['last-sequence-number'],
    snapshotIds: new Set((metadata.snapshots ?? []).map((one) => String(one['snapshot-id']))),
    committedAtMs: snapshot?.['timestamp-ms'] ?? null,
    state: metadata.properties?.[stateProperty],
    summary: nearestOf(metadata),
    removals: removalsOf(metadata),
    othersChanges: () => othersChanges(metadata),
    copyText: (select, directory) =>
      copySql({
        schema,
        spec: writtenSpec(metadata, metadata['default-spec-id']),
        source: `(${select})`,
        directory,
      }),
    dataFiles: async () => held(await scanned()),
    dataFilesInTurns: async (byId = false) =>
      scansInTurns(await scanned(), ports.store.copyBytesMax).map(
        (scan, _, { length }) =>
          () =>
            held(scan, byId || length > 1),
      ),
    async liveRows() {
      const { dataFiles, deleteFiles } = await scanned()
      return countOf(dataFiles) - countOf(deleteFiles)
    },
  }
}

function countOf(files: readonly DataFile[]): bigint {
  return files.reduce((sum, file) => sum + BigInt(file.recordCount), 0n)
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
