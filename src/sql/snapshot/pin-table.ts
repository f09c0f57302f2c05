import { catalogue } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { findSnapshot, timeText, type FoundSnapshot, type Moment } from '../../lake/history/find-snapshot.ts'
import { tableSchema } from '../../lake/metadata/read.ts'
import type { TableMetadata } from '../../lake/metadata/table-metadata.ts'
import type { TableName } from '../engine-host.ts'
import { sqlError } from '../sql-error.ts'
import { columnRelation } from './column-relation.ts'
import type { Pin } from './table-plan.ts'

/** The snapshot of a moment, its columns in their order there. WEIR-4010 (42704) when there is none (any more). */
export function pinOf(metadata: TableMetadata, { schema, name }: TableName, moment: Moment): Pin {
  const table = `${schema}.${name}`
  const found = foundFor(metadata, moment, table)
  const { snapshot, schema: read } = found
  return {
    table: { schema, name },
    moment,
    snapshotId: snapshot['snapshot-id'],
    schemaId: read['schema-id'] ?? metadata['current-schema-id'],
    columns: read.fields.map(columnRelation),
    changed: changedColumns(metadata, read),
    notice: noticeOf(table, found),
  }
}

/** Columns are told apart by their ids: a name may have been another column's. */
function changedColumns(metadata: TableMetadata, { fields }: FoundSnapshot['schema']): readonly string[] {
  const now = new Map(tableSchema(metadata).fields.map(({ id, name }) => [id, name]))
  return fields.filter(({ id, name }) => now.get(id) !== name).map(({ name }) => name)
}

/** The same pin, found anew: one that names other rows or columns must be bound again. */
export function isSamePin(pin: Pin, other: Pin): boolean {
  return pin.snapshotId === other.snapshotId && pin.schemaId === other.schemaId
}

function noticeOf(table: string, { snapshot, gapBefore }: FoundSnapshot): string {
  const shown = (one: typeof snapshot) => `${one['snapshot-id']} of ${timeText(one['timestamp-ms'])}`
  const gap = gapBefore
    ? `; what was current at that time has expired: it came after this one and before ${shown(gapBefore)}`
    : ''
  return `${table} is read as of snapshot ${shown(snapshot)}: committed rows only${gap}`
}

function foundFor(metadata: TableMetadata, moment: Moment, table: string): FoundSnapshot {
  try {
    return findSnapshot(metadata, moment, table)
  } catch (thrown) {
    if (!(thrown instanceof WeirError) || thrown.code !== 'WEIR-4010') throw thrown
    const { what, remedy } = thrown.details as { readonly what: string; readonly remedy: string }
    throw sqlError(
      'WEIR-4010',
      what,
      { sqlstate: '42704', hint: `${remedy}. ${catalogue['WEIR-4010'].remedy}` },
      thrown,
    )
  }
}
