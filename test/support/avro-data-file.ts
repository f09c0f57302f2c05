import { randomUUID } from 'node:crypto'
import type { DataFile, PartitionValue } from '../../src/lake/manifest/data-file.ts'
import { tableSchema } from '../../src/lake/metadata/read.ts'
import type { TableMetadata } from '../../src/lake/metadata/table-metadata.ts'
import { under } from '../../src/storage/objects/location.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'
import { avroContainer, avroSchemaOf } from './avro-container.ts'

/** A file of data in Avro as another engine writes it, of records by the names of the table's present columns. */
export async function avroDataFile(
  store: Pick<ObjectStore, 'put'>,
  metadata: TableMetadata,
  records: readonly Readonly<Record<string, unknown>>[],
  partition: readonly PartitionValue[] = [],
): Promise<DataFile> {
  const bytes = avroContainer(avroSchemaOf(tableSchema(metadata).fields), records, { blockRows: 3, codec: 'zstandard' })
  const location = under(metadata.location, 'data', `${randomUUID()}.avro`)
  await store.put(location, bytes)
  return {
    content: 'data',
    location,
    format: 'AVRO',
    specId: metadata['default-spec-id'],
    partition,
    recordCount: records.length,
    sizeBytes: bytes.length,
  }
}
