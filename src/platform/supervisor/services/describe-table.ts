import type { LoadedTable as CatalogTable } from '../../../lake/client/catalog-client.ts'
import { deltaRoot, deltaVersion, isDelta } from '../../../lake/delta/write/delta-table.ts'
import { columnRelation } from '../../../sql/snapshot/column-relation.ts'
import type { LoadedTable, TableIdentifier } from '../../kinds/reconcile-services.ts'

/** As kinds and SQL see it. */
export function describeTable(
  { namespace, name }: TableIdentifier,
  { metadata, metadataLocation }: Pick<CatalogTable, 'metadata' | 'metadataLocation'>,
): LoadedTable {
  const schema = metadata.schemas.find((found) => found['schema-id'] === metadata['current-schema-id'])!
  const snapshot = metadata.snapshots?.find((found) => found['snapshot-id'] === metadata['current-snapshot-id'])
  const total = (key: string): string | null => snapshot?.summary?.[`total-${key}`] ?? null
  return {
    namespace,
    name,
    columns: schema.fields.map((field) => ({
      ...columnRelation(field),
      ...(field.doc === undefined ? {} : { doc: field.doc }),
    })),
    key: (schema['identifier-field-ids'] ?? []).flatMap(
      (id) => schema.fields.find((field) => field.id === id)?.name ?? [],
    ),
    ...(isDelta(metadata)
      ? { format: 'delta', delta: { location: deltaRoot(metadata), version: deltaVersion(metadata) } }
      : { format: 'iceberg' }),
    properties: metadata.properties ?? {},
    metadataLocation,
    rows: total('records'),
    bytes: total('files-size'),
    files: total('data-files'),
    snapshotId: snapshot ? String(snapshot['snapshot-id']) : null,
  }
}
