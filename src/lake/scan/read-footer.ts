import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parquetColumns, type FileColumn } from './parquet-columns.ts'

const filesKept = 5000
const kept = new Map<string, readonly FileColumn[]>()
const magic = 'PAR1'

/**
 * The columns of a local Parquet file, by its footer: some kilobytes at its end. Asked of tables only whose columns cannot be told
 * by id alone, and once for each file, for files never change. `WEIR-4008` for what is none.
 */
export function fileColumns(path: string): readonly FileColumn[] {
  const known = kept.get(path)
  if (known !== undefined) return known
  const columns = columnsAt(path)
  if (kept.size >= filesKept) kept.clear()
  kept.set(path, columns)
  return columns
}

function columnsAt(path: string): readonly FileColumn[] {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const end = readAt(file, Math.max(0, size - 8), Math.min(8, size))
    const length = end.length === 8 && end.toString('latin1', 4) === magic ? end.readUInt32LE() : 0
    if (length === 0 || length > size - 8) throw new RangeError('it does not end as a Parquet file does')
    return parquetColumns(readAt(file, size - 8 - length, length))
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new WeirError('WEIR-4008', `${path} has no columns that can be read: ${cause.message}`, { cause })
  } finally {
    closeSync(file)
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, position))
}
