import type { DataFile } from '../manifest/data-file.ts'
import { deletedPathId, deletedPositionId } from '../scan/deleted-fields.ts'
import { identifier, literal } from '../types/duckdb-type.ts'
import { singleValue } from '../types/single-value.ts'
import { entriesOf, type CopyRow, type DuckdbMap, type WrittenFile } from './copy-result.ts'

export interface PositionDeletesCopy {
  /** Whose rows are deleted. */
  readonly dataFile: Pick<DataFile, 'location'>
  /** A table expression with a column `pos`: numbers of rows of that file, from 0 on, in any order. */
  readonly source: string
  /** The local file to write. */
  readonly target: string
}

const [pathColumn, positionColumn] = ['file_path', 'pos']

/**
 * The COPY statement that writes a file of position deletes (specification, position delete files) for one file of data: sorted,
 * each row once, columns by their reserved ids. It answers one row: `positionDeleteFile` reads it.
 */
export function positionDeletesSql({ dataFile, source, target }: PositionDeletesCopy): string {
  const ids = `{${identifier(pathColumn)}: ${deletedPathId}, ${identifier(positionColumn)}: ${deletedPositionId}}`
  const rows = `SELECT DISTINCT pos::BIGINT AS pos FROM ${source}`
  return `COPY (SELECT ${literal(dataFile.location)} AS ${pathColumn}, ${positionColumn} FROM (${rows}) ORDER BY pos)
    TO ${literal(target)} (FORMAT parquet, COMPRESSION zstd, FIELD_IDS ${ids}, RETURN_STATS)`
}

/**
 * What a manifest of deletes says of the file; undefined when there was no row to delete. The bounds of the path are the whole
 * path, not a part of it: by these, readers know without opening it that it is about this one file.
 */
export function positionDeleteFile(
  row: CopyRow,
  dataFile: Pick<DataFile, 'location' | 'specId' | 'partition'>,
  location: string,
): WrittenFile | undefined {
  const rows = Number(row.count)
  if (rows === 0) return undefined
  const statistics = new Map(
    entriesOf(row.column_statistics).map(([name, value]) => [name, new Map(entriesOf(value as DuckdbMap))] as const),
  )
  const positions = statistics.get(identifier(positionColumn))!
  const path = Buffer.from(dataFile.location)
  const sizes = [
    [deletedPathId, pathColumn],
    [deletedPositionId, positionColumn],
  ] as const
  const each = <T>(ofPath: T, ofPosition: T) =>
    new Map([
      [deletedPathId, ofPath],
      [deletedPositionId, ofPosition],
    ])
  return {
    localPath: row.filename,
    file: {
      content: 'position-deletes',
      location,
      format: 'PARQUET',
      specId: dataFile.specId,
      partition: dataFile.partition,
      recordCount: rows,
      sizeBytes: Number(row.file_size_bytes),
      columnSizes: new Map(
        sizes.map(([id, name]) => [id, Number(statistics.get(identifier(name))?.get('column_size_bytes'))]),
      ),
      valueCounts: each(rows, rows),
      nullCounts: each(0, 0),
      lowerBounds: each(path, singleValue('long', BigInt(positions.get('min') as string))),
      upperBounds: each(path, singleValue('long', BigInt(positions.get('max') as string))),
      referencedDataFile: dataFile.location,
    },
  }
}
