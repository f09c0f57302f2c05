import { DuckDBInstance, DuckDBTableFunction, type DuckDBValue } from '@duckdb/node-api'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { RowObject } from '../../storage/objects/object-store.ts'
import { literal } from '../types/duckdb-type.ts'
import { type RowColumn, rowColumns } from './column-shape.ts'
import { openContainer, type AvroContainer, type RowBlock } from './container.ts'

/** Of what DuckDB has in its hands at a time: two groups of rows and what it makes of them. */
const memoryLimit = '256MB'
const rowGroupBytes = 32 << 20
const rowGroupRowsMax = 122_880
/** DuckDB's vectors. */
const chunkRowsMax = 2048
/** Of a chunk, unpacked: rows of some megabytes come in chunks of few. */
const chunkBytesMax = 8 << 20

/**
 * Writes the rows of an Avro file into a Parquet file, in their order, with the field ids that it has. In memory are a block of the one and a group of
 * rows of the other, whatever the size. `WEIR-4008` for a file that is damaged or has another number of rows than its manifest says, `WEIR-4013` for
 * one whose schema Iceberg has no types for.
 */
export async function convertRows(path: string, target: string, object: RowObject): Promise<void> {
  const container = attempt(object.location, () => openContainer(path))
  try {
    const columns = rowColumns(container.schema, object.location)
    await copyRows(rowReader(container, columns, object), columns, { target, object })
  } finally {
    container.close()
  }
}

interface Target {
  readonly target: string
  readonly object: RowObject
}

async function copyRows(reader: RowReader, columns: readonly RowColumn[], { target, object }: Target): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memoryLimit,
    threads: '1',
    temp_directory: '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  let failure: unknown
  try {
    connection.registerTableFunction(
      DuckDBTableFunction.create({
        name: 'avro_rows',
        bindFunction: (info) => {
          for (const { name, type } of columns) info.addResultColumn(name, type)
        },
        initFunction: (info) => info.setMaxThreads(1),
        mainFunction: (_, output) => {
          try {
            const values = reader.next()
            output.rowCount = values[0]!.length
            for (const [at, column] of values.entries()) output.setColumnValues(at, column)
          } catch (error) {
            failure = error
            throw error
          }
        },
      }),
    )
    const settings = [
      'FORMAT parquet',
      'COMPRESSION zstd',
      'COMPRESSION_LEVEL 1',
      'USE_TMP_FILE false',
      `ROW_GROUP_SIZE ${reader.rowGroupRows}`,
      ...fieldIds(columns),
    ]
    await connection.run(`COPY (SELECT * FROM avro_rows()) TO ${literal(target)} (${settings.join(', ')})`)
  } catch (error) {
    throw failure ?? explained(error as Error, object)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

function fieldIds(columns: readonly RowColumn[]): readonly string[] {
  const parts = columns.flatMap(({ name, ids }) => (ids === undefined ? [] : [`${literal(name)}:${ids}`]))
  return parts.length === 0 ? [] : [`FIELD_IDS {${parts.join(',')}}`]
}

/** What DuckDB says of the disk, as Node says it. */
function explained(error: Error, { location }: RowObject): Error {
  if (/no space left|disk quota/i.test(error.message)) return Object.assign(error, { code: 'ENOSPC' })
  return new WeirError('WEIR-4013', `${location} holds rows as Avro that cannot be read here: ${error.message}`, {
    cause: error,
  })
}

interface RowReader {
  readonly rowGroupRows: number
  /** Values of each column, of as many rows as one chunk has; none behind the last row. */
  next(): readonly (readonly DuckDBValue[])[]
}

function rowReader(container: AvroContainer, columns: readonly RowColumn[], object: RowObject): RowReader {
  const { location, recordCount, sizeBytes } = object
  const reads = columns.map(({ read }) => read)
  let block: RowBlock | undefined
  let left = 0
  let rows = 0
  /** Goes to the next block that has rows; false behind the last. */
  const advance = (): boolean => {
    while (left === 0) {
      if (block !== undefined && block.cursor.at !== block.cursor.bytes.length)
        throw new RangeError('a block is longer than its rows')
      block = container.next()
      if (block === undefined) return false
      left = block.rows
      rows += left
      if (rows > recordCount) throw new RangeError(`it has more rows than the ${recordCount} of its manifest`)
    }
    return true
  }
  const next = (): readonly (readonly DuckDBValue[])[] => {
    const values = reads.map((): DuckDBValue[] => [])
    let bytes = 0
    for (let count = 0; count < chunkRowsMax && bytes < chunkBytesMax && advance(); count++) {
      const { cursor } = block!
      const start = cursor.at
      for (const [at, read] of reads.entries()) values[at]!.push(read(cursor))
      bytes += cursor.at - start
      left--
    }
    if (block === undefined && rows !== recordCount)
      throw new RangeError(`it has ${rows} rows, and its manifest says ${recordCount}`)
    return values
  }
  return attempt(location, () => {
    const unpacked = advance() ? block!.cursor.bytes.length : 0
    const ofBlock = unpacked / Math.max(1, left)
    const ofFile = (sizeBytes / Math.max(1, recordCount)) * (unpacked / Math.max(1, block?.packedBytes ?? 1))
    const rowBytes = Math.max(1, ofBlock, ofFile)
    return {
      rowGroupRows: Math.ceil(Math.min(rowGroupRowsMax, Math.max(1, rowGroupBytes / rowBytes))),
      next: () => attempt(location, next),
    }
  })
}

function attempt<T>(location: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof WeirError) throw cause
    const { code, syscall, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new WeirError('WEIR-8002', `${location} is not there`, { cause })
    // What the file system says is for who asked for the file.
    if (syscall !== undefined) throw cause
    throw new WeirError('WEIR-4008', `${location} does not decode as Avro: ${message}`, { cause })
  }
}
