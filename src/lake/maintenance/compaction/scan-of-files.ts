import { fileKey } from '../../commit/touched-files.ts'
import { tableSchema } from '../../metadata/read.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import type { FileWithDeletes } from '../../scan/applicable-deletes.ts'
import { mappingOf } from '../../scan/name-mapping.ts'
import type { Scan, ScannedFile } from '../../scan/plan-scan.ts'

/** Some files of a table with the deletes that touch them, in its present schema. */
export function scanOfFiles(metadata: TableMetadata, files: readonly FileWithDeletes[]): Scan {
  const deletes = new Map<string, ScannedFile>(
    files.flatMap((one) => [...one.deletes, ...one.byValue]).map((file) => [fileKey(file), file]),
  )
  return {
    snapshot: undefined,
    schema: tableSchema(metadata),
    dataFiles: files.map(({ file }) => file),
    deleteFiles: [...deletes.values()],
    specs: metadata['partition-specs'],
    ...mappingOf(metadata),
  }
}
