import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fileKey } from '../../lake/commit/touched-files.ts'
import type { DataFile } from '../../lake/manifest/data-file.ts'
import type { ManifestReader } from '../../lake/manifest/manifest-reader.ts'
import type { TableMetadata } from '../../lake/metadata/table-metadata.ts'
import { mergedPositions, numbersIn, positionsOf, type Positions } from '../../lake/puffin/positions.ts'
import { applicableDeletes, type FileWithDeletes } from '../../lake/scan/applicable-deletes.ts'
import { deletedPathId, deletedPositionId } from '../../lake/scan/deleted-fields.ts'
import { fileRowsSql, namedItems } from '../../lake/scan/file-rows.ts'
import { keepScanned } from '../../lake/scan/hold-scanned.ts'
import { liveRowsSql } from '../../lake/scan/live-rows.ts'
import { planScan, type Scan, type ScannedFile } from '../../lake/scan/plan-scan.ts'
import { identifier, literal } from '../../lake/types/duckdb-type.ts'
import { dataFolder } from '../../lake/write/data-location.ts'
import type { CopyRow } from '../../lake/write/copy-result.ts'
import { writeDeletionVectors } from '../../lake/write/deletion-vectors.ts'
import { positionDeleteFile, positionDeletesSql } from '../../lake/write/position-deletes.ts'
import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { AdoptedFile, TableView } from './delivery-table.ts'
import type { DeletedRows, LiveFile, RowChanges, Workplace } from './row-changes.ts'

export interface RowChangePorts {
  readonly store: ObjectStore
  readonly reader: ManifestReader
  readonly metadataOf: (view: TableView) => TableMetadata
}

interface ViewedFiles {
  readonly scan: Scan
  readonly files: readonly FileWithDeletes[]
}

/** An Iceberg table, as those change its rows who know where they are. Files are copied from a remote store only when they are read. */
export function lakeRowChanges({ store, reader, metadataOf }: RowChangePorts): RowChanges {
  const seen = new WeakMap<TableView, Promise<ViewedFiles>>()
  const look = (view: TableView): Promise<ViewedFiles> => {
    const known = seen.get(view)
    if (known) return known
    const looking = planScan({ metadata: metadataOf(view), store, reader }).then((scan) => ({
      scan,
      files: applicableDeletes(scan),
    }))
    seen.set(view, looking)
    looking.catch(() => seen.delete(view))
    return looking
  }
  // Asked for at each reading: a copy of an object in S3 stays for a minute after it.
  const pathsOf = async (files: readonly DataFile[]): Promise<ReadonlyMap<string, string>> =>
    new Map(await Promise.all(files.map(async (file) => [file.location, await keepScanned(file, store)] as const)))
  const fileOf = async (view: TableView, location: string): Promise<FileWithDeletes> =>
    (await look(view)).files.find(({ file }) => file.location === location)!
  const vectors = async (view: TableView, rows: readonly DeletedRows[]): Promise<readonly AdoptedFile[]> => {
    const location = under(dataFolder(metadataOf(view)), `${randomUUID()}-deletes.puffin`)
    const deleted = await Promise.all(
      rows.map(async ({ file, positions }) => ({ dataFile: (await fileOf(view, file.location)).file, positions })),
    )
    const written = await writeDeletionVectors(store, location, deleted)
    return written.map((entry) => ({ location, entry }))
  }

  return {
    async files(view) {
      return (await look(view)).files.map(liveFile)
    },
    async rowsText(view) {
      const { scan } = await look(view)
      const paths = await pathsOf([...scan.dataFiles, ...scan.deleteFiles])
      return liveRowsSql(scan, { schemas: metadataOf(view).schemas, pathOf: (location) => paths.get(location)! })
    },
    async fileText(view, { location }, columns) {
      const { scan } = await look(view)
      const fields = scan.schema.fields.filter(({ name }) => columns.includes(name))
      const schema = { ...scan.schema, fields }
      const { file } = await fileOf(view, location)
      const path = await keepScanned(file, store)
      const rows = fileRowsSql([{ path, file }], {
        ...scan,
        schema,
        schemas: metadataOf(view).schemas,
        isNumbered: true,
      })
      return `SELECT ${namedItems(schema)}, file_row_number AS _row FROM (${rows})`
    },
    async deletedRows(view, { location }, deletes, connection) {
      const named = (await fileOf(view, location)).deletes.filter((one) => deletes.includes(fileKey(one)))
      const vectors = named.flatMap(({ deleted, positions }) => deleted ?? positions?.get(location) ?? [])
      const paths = await pathsOf(
        named.filter(({ deleted, positions }) => deleted === undefined && positions === undefined),
      )
      const files = [...paths.values()].map(literal)
      if (files.length === 0) return vectors.reduce(mergedPositions, noPositions)
      const columns = [
        `${deletedPathId}: {'name': 'path', 'type': 'VARCHAR', 'default_value': NULL}`,
        `${deletedPositionId}: {'name': 'pos', 'type': 'BIGINT', 'default_value': NULL}`,
      ]
      const result = await connection.runAndReadAll(
        `SELECT pos FROM read_parquet([${files.join(', ')}], schema = MAP {${columns.join(', ')}}) WHERE path = ${literal(location)}`,
      )
      return [...vectors, positionsOf(result.getColumns()[0]?.map(Number) ?? [])].reduce(mergedPositions, noPositions)
    },
    holdsOlder: (view) => metadataOf(view)['format-version'] >= 3,
    async deleteRows(view, rows, workplace) {
      const metadata = metadataOf(view)
      if (metadata['format-version'] >= 3 && rows.length > 0) return vectors(view, rows)
      const written: AdoptedFile[] = []
      for (const one of rows) {
        const { file } = await fileOf(view, one.file.location)
        const made = await writeDeletes(
          file,
          one,
          workplace,
          under(dataFolder(metadata), `${randomUUID()}-deletes.parquet`),
        )
        await store.adopt(made.localPath, made.file.location)
        written.push({ location: made.file.location, entry: made.file })
      }
      return written
    },
    async removed(view, ids) {
      const { scan } = await look(view)
      return [...scan.dataFiles, ...scan.deleteFiles]
        .filter((file) => ids.has(fileKey(file)))
        .map((file) => ({ location: file.location, entry: file satisfies DataFile }))
    },
  }
}

const noPositions: Positions = new Map()

function liveFile({ file, deletes, byValue }: FileWithDeletes): LiveFile {
  return {
    location: file.location,
    rows: file.recordCount,
    bytes: file.sizeBytes,
    deletes: deletes.map((one) => ({
      id: fileKey(one),
      rows: one.recordCount,
      isOfOneFile: one.referencedDataFile !== undefined,
    })),
    byValue: byValue.map(fileKey),
  }
}

async function writeDeletes(
  dataFile: ScannedFile,
  { positions }: DeletedRows,
  { connection, folder }: Workplace,
  location: string,
) {
  const table = `deleted_${randomUUID().replaceAll('-', '')}`
  await connection.run(`CREATE TEMP TABLE ${table} (pos BIGINT)`)
  try {
    const appender = await connection.createAppender(table)
    for (const position of numbersIn(positions)) {
      appender.appendBigInt(BigInt(position))
      appender.endRow()
    }
    appender.closeSync()
    const target = join(folder, `deletes-${randomUUID()}.parquet`)
    const result = await connection.runAndReadAll(positionDeletesSql({ dataFile, source: identifier(table), target }))
    return positionDeleteFile(result.getRowObjects()[0] as unknown as CopyRow, dataFile, location)!
  } finally {
    await connection.run(`DROP TABLE ${table}`)
  }
}
