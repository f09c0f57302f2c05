import { isUtf8 } from 'node:buffer'
import { open, type FileHandle } from 'node:fs/promises'
import { parseType } from '../../lake/types/parse-type.ts'
import type { IcebergType } from '../../lake/types/type.ts'
import type { RecordField, RecordSchema, RecordType } from '../../record/json/record-schema.ts'
import { compileScanPlan, type ObjectPlan } from '../../record/json/scan-plan.ts'
import { ScanState, skipSpace } from '../../record/json/scan-state.ts'
import { scanObject } from '../../record/json/scan-value.ts'
import { objectBytesMax } from './json-sql.ts'
import type { WantedColumn } from './printed-json.ts'

/** What is read at once stays in the processor's cache until it was looked at, and others have their turn between. */
const pieceBytes = 1 << 20
/** What is looked at together may read so many bytes beyond the end. */
const slack = 64

const provable = new Set(['boolean', 'int', 'long', 'double', 'date', 'timestamp', 'timestamptz', 'string'])

/** DuckDB's own names of columns of its readers. */
const virtual = new Set(['file_index', 'file_row_number', 'filename', 'rowid'])

/** Whether DuckDB's own reader of JSON has these types, and the scan has rules for them. */
export function isProvable(columns: readonly WantedColumn[]): boolean {
  const isKnown = (type: IcebergType): boolean => {
    if (typeof type === 'string') return provable.has(type)
    if (type.type === 'struct') return type.fields.every((field) => isKnown(field.type))
    return type.type === 'list' && isKnown(type.element)
  }
  return (
    columns.length > 0 &&
    columns.every(({ name, type }) => !virtual.has(name.toLowerCase()) && isKnown(parseType(type)))
  )
}

/**
 * Whether every line of a file is an object that DuckDB's reader, which is silent of names, kinds and digits that do not fit, reads as it is written: the
 * members are these, each once, with values of these types and no digit more than they keep (docs/spec/values.md). If so the bytes of the
 * longest; undefined says nothing.
 */
export async function proveLines(
  path: string,
  columns: readonly WantedColumn[],
  stop: AbortSignal,
): Promise<number | undefined> {
  const plan = compileScanPlan(schemaOf(columns), { reserved: 'taken' })
  const file = await open(path, 'r')
  try {
    return await proveFile(file, plan, stop)
  } finally {
    await file.close()
  }
}

function schemaOf(columns: readonly WantedColumn[]): RecordSchema {
  const fields = columns.map(({ name, type }, id): RecordField => ({
    id,
    name,
    required: false,
    type: parseType(type) as RecordType,
  }))
  return { fields }
}

async function proveFile(file: FileHandle, plan: ObjectPlan, stop: AbortSignal): Promise<number | undefined> {
  const scan = new ScanState(pieceBytes + slack)
  /** Bytes of a line that has not ended. */
  let left = 0
  let longest = 0
  for (;;) {
    stop.throwIfAborted()
    if (left + pieceBytes / 2 > scan.buffer.length - slack && !grow(scan, left)) return undefined
    const { bytesRead } = await file.read(scan.buffer, left, scan.buffer.length - slack - left)
    const end = left + bytesRead
    const whole = bytesRead === 0 ? end : scan.buffer.subarray(0, end).lastIndexOf(10) + 1
    const proved = proveWhole(scan, plan, whole)
    if (proved === undefined) return undefined
    longest = Math.max(longest, proved)
    if (bytesRead === 0) return longest
    scan.buffer.copyWithin(0, whole, end)
    left = end - whole
  }
}

/** A longer line than DuckDB takes is not looked at. */
function grow(scan: ScanState, left: number): boolean {
  const { buffer } = scan
  if (buffer.length > objectBytesMax) return false
  scan.allocate(buffer.length * 2)
  scan.buffer.set(buffer.subarray(0, left))
  return true
}

/** Of the lines up to `end` the longest, if all are proved. */
function proveWhole(scan: ScanState, plan: ObjectPlan, end: number): number | undefined {
  const { buffer } = scan
  if (!isUtf8(buffer.subarray(0, end))) return undefined
  const next = buffer[end]!
  // No text holds this byte, so the scan ends here.
  buffer[end] = 0
  const longest = scanLines(scan, plan)
  buffer[end] = next
  return scan.at === end ? longest : undefined
}

/** The longest line; what stops the scan before the end is no object that was asked for. */
function scanLines(scan: ScanState, plan: ObjectPlan): number {
  const { buffer } = scan
  let longest = 0
  scan.at = 0
  for (;;) {
    const start = scan.at
    if (buffer[start] !== 123 && skipSpace(scan) !== 123) return longest
    const brace = scan.at++
    scan.newlines = 0
    scan.insertions.clear()
    if (!scanObject(scan, plan, 1) || scan.newlines > 0 || !scan.insertions.isEmpty) return ((scan.at = brace), 0)
    let byte = buffer[scan.at]!
    while (byte === 32 || byte === 13 || byte === 9) byte = buffer[++scan.at]!
    if (scan.at - start > longest) longest = scan.at - start
    if (byte === 0) return longest
    if (byte !== 10) return ((scan.at = brace), 0)
    scan.at++
  }
}
