import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { DataFile } from '../../manifest/data-file.ts'
import { specById, tableSchema } from '../../metadata/read.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { liveRowsSql } from '../../scan/live-rows.ts'
import { copySql } from '../../write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../write/copy-result.ts'
import { dataLocation } from '../../write/data-location.ts'
import { withLineage } from '../../scan/row-lineage.ts'
import { holdFiles } from './hold-files.ts'
import type { CompactionGroup } from './plan-groups.ts'
import type { RowEngine } from './row-engine.ts'
import { scanOfFiles } from './scan-of-files.ts'
import { rowOrder } from './sort-rows.ts'

export interface WriteContext {
  readonly store: ObjectStore
  readonly engine: RowEngine
  /** A local folder for files on their way. */
  readonly folder: string
}

/** Every row of a group has the values of its partition: nothing is left to take apart. */
const onePartition = { 'spec-id': 0, fields: [] }

/**
 * Writes the rows of a group that are left, in the schema and order of the table, durably; none when none is left. `WEIR-4008`
 * when they are not as many as the files and their deletes say: then nothing of them may be committed.
 */
export async function writeGroup(
  metadata: TableMetadata,
  group: CompactionGroup,
  { store, engine, folder }: WriteContext,
  signal?: AbortSignal,
): Promise<readonly DataFile[]> {
  const directory = join(folder, `compact-${randomUUID()}`)
  const held = await holdFiles(group.files, store)
  await mkdir(directory, { recursive: true })
  try {
    const isNumbered = metadata['format-version'] >= 3
    const schema = isNumbered ? withLineage(tableSchema(metadata)) : tableSchema(metadata)
    const spec = specById(metadata, group.specId)
    const order = rowOrder(metadata, tableSchema(metadata))
    const rows = liveRowsSql(scanOfFiles(metadata, group.files), {
      schemas: metadata.schemas,
      pathOf: held.pathOf,
      lineage: isNumbered,
    })
    const source = order === undefined ? `(${rows})` : `(SELECT * FROM (${rows}) ORDER BY ${order.sql})`
    const copied = await engine.query(copySql({ schema, spec: onePartition, source, directory }), signal)
    const written = dataFilesOfCopy(copied as unknown as readonly CopyRow[], {
      schema,
      spec: onePartition,
      location: () => dataLocation(metadata, spec, group.partition),
    })
    mustBeAll(metadata, group, written)
    const sorted = order === undefined ? {} : { sortOrderId: order.orderId }
    for (const { localPath, file } of written) await store.adopt(localPath, file.location)
    return written.map(({ file }) => ({ ...file, specId: group.specId, partition: group.partition, ...sorted }))
  } finally {
    held.release()
    await rm(directory, { recursive: true, force: true })
  }
}

/** Counted in another way than the rows were read: a file that lost one must never take the place of those that have it. */
function mustBeAll(
  metadata: TableMetadata,
  { files }: CompactionGroup,
  written: readonly { readonly file: DataFile }[],
): void {
  const expected = files.reduce((sum, { file, deletedRows }) => sum + file.recordCount - deletedRows, 0)
  const found = written.reduce((sum, { file }) => sum + file.recordCount, 0)
  if (found !== expected)
    throw new WeirError(
      'WEIR-4008',
      `${files.length} files of the table at ${metadata.location} say that ${expected} of their rows are left; ${found} were read, beginning with ${files[0]!.file.location}. They stay as they are`,
    )
}
