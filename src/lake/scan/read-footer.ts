import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { isConverted } from './hold-scanned.ts'
import { parquetHead, type FileColumn, type FileHead } from './parquet-columns.ts'
import type { ScannedFile } from './plan-scan.ts'

/** A file to read: what DuckDB opens, and how its manifest describes it, if one does. */
export interface ReadFile {
  readonly path: string
  readonly file?: ScannedFile
}

/** What the footer of a file says. Files of the same columns share one list of them, so that it says which are alike. */
export interface Footer extends FileHead {
  /** Of the whole file. */
  readonly sizeBytes: number
}

/** With what the file was when its footer was read. */
interface KeptFooter {
  readonly footer: Footer
  readonly mtimeMs: number
  readonly ino: number
}

/** Some 300 bytes each. */
const filesKept = 50_000
const layoutsKept = 1000
const kept = new Map<string, KeptFooter>()
const layouts = new Map<string, readonly FileColumn[]>()
const magic = 'PAR1'
/** Columns and the number of rows are at the begin of the metadata; what it says of each row group comes after them. */
const headBytes = 32_768

/**
 * The columns and the number of rows of a local Parquet file, by its footer: some kilobytes at its end, read once for each file. Files of tables never change,
 * but a table that is made anew may have others of the same names. `WEIR-4008` for what is none, `WEIR-8002` for what is not there.
 */
export function readFooter(path: string): Footer {
  const known = kept.get(path)
  if (
    known !== undefined &&
    isSame(
      known,
      present(path, () => statSync(path)),
    )
  )
    return known.footer
  const { columns, rows, size, mtimeMs, ino } = headAt(path)
  const footer = { columns: layoutOf(columns), rows, sizeBytes: size }
  if (kept.size >= filesKept) for (const oldest of [...kept.keys()].slice(0, filesKept / 10)) kept.delete(oldest)
  kept.set(path, { footer, mtimeMs, ino })
  return footer
}

/** The same of a file of a scan. `WEIR-8007` where it is not the one that its manifest describes, but one of other rows. */
export function footerOf({ path, file }: ReadFile): Footer {
  const footer = readFooter(path)
  // A copy of rows in Avro was counted when it was made.
  if (file === undefined || isConverted(file)) return footer
  const { recordCount: rows, sizeBytes } = file
  if (footer.rows === rows && footer.sizeBytes === sizeBytes) return footer
  throw new WeirError(
    'WEIR-8007',
    `${path} is not the file that its table names there: expected ${rows} rows in ${sizeBytes} bytes, found ${footer.rows} rows in ${footer.sizeBytes} bytes`,
  )
}

function present<T>(path: string, open: () => T): T {
  try {
    return open()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new WeirError('WEIR-8002', `the data file ${path} is not there`, { cause })
  }
}

function isSame(known: KeptFooter, { size, mtimeMs, ino }: Stats): boolean {
  return known.footer.sizeBytes === size && known.mtimeMs === mtimeMs && known.ino === ino
}

export function isFooterKept(path: string): boolean {
  return kept.has(path)
}

function layoutOf(columns: readonly FileColumn[]): readonly FileColumn[] {
  const text = JSON.stringify(columns)
  const known = layouts.get(text)
  if (known !== undefined) return known
  if (layouts.size >= layoutsKept) {
    // Files of a layout that is made anew would no longer be alike.
    layouts.clear()
    kept.clear()
  }
  layouts.set(text, columns)
  return columns
}

function headAt(path: string): FileHead & Omit<KeptFooter, 'footer'> & { readonly size: number } {
  const file = present(path, () => openSync(path, 'r'))
  try {
    const { size, mtimeMs, ino } = fstatSync(file)
    const end = readAt(file, Math.max(0, size - 8), Math.min(8, size))
    const length = end.length === 8 && end.toString('latin1', 4) === magic ? end.readUInt32LE() : 0
    if (length === 0 || length > size - 8) throw new RangeError('it does not end as a Parquet file does')
    const from = size - 8 - length
    const head = headOf(readAt(file, from, Math.min(length, headBytes))) ?? parquetHead(readAt(file, from, length))
    return { ...head, size, mtimeMs, ino }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new WeirError('WEIR-4008', `${path} has no columns that can be read: ${cause.message}`, { cause })
  } finally {
    closeSync(file)
  }
}

/** Undefined where the head is longer than what was read, or damaged. */
function headOf(bytes: Buffer): FileHead | undefined {
  try {
    return parquetHead(bytes)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, position))
}
