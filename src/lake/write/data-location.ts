import { randomUUID } from 'node:crypto'
import { under } from '../../storage/objects/location.ts'
import type { PartitionValue } from '../manifest/data-file.ts'
import type { PartitionSpec, TableMetadata } from '../metadata/table-metadata.ts'

/** A new location for a data file of this partition: `…/data/ts_day=20000/UUID.parquet`. Folders are for people only. */
export function dataLocation(
  metadata: TableMetadata,
  spec: PartitionSpec,
  partition: readonly PartitionValue[],
): string {
  const names = spec.fields.map((field, at) => short(`${safe(field.name)}=${safe(printed(partition[at] ?? null))}`))
  return under(dataFolder(metadata), ...names, `${randomUUID()}.parquet`)
}

/** Under which the data files of a table lie. */
export function dataFolder({ properties, location }: TableMetadata): string {
  return properties?.['write.data.path'] ?? under(location, 'data')
}

function printed(value: PartitionValue): string {
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value)
}

/** Nothing that a URI, a shell or DuckDB's globs read as something else. */
function safe(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}_.-]/gu, '_')
}

/** File systems take 255 bytes; a letter may have four. */
function short(name: string): string {
  return Buffer.from(name)
    .subarray(0, 200)
    .toString()
    .replace(/\ufffd+$/, '')
}
