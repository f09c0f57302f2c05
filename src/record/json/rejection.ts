import type { ErrorCode } from '../../kernel/errors/catalogue.ts'
import { depthMax, type Failure, type ScanState } from './scan-state.ts'

export interface Rejection {
  readonly code: ErrorCode
  /** One sentence with the field and the value. */
  readonly reason: string
}

const codes: Partial<Record<Failure, ErrorCode>> = {
  type: 'WEIR-5001',
  'not an integer': 'WEIR-5001',
  range: 'WEIR-5001',
  digits: 'WEIR-5001',
  scale: 'WEIR-5001',
  text: 'WEIR-5001',
  'empty text': 'WEIR-5001',
  defaults: 'WEIR-5001',
  zone: 'WEIR-5001',
  'no zone': 'WEIR-5001',
  unknown: 'WEIR-5003',
  'unknown inside': 'WEIR-5003',
  case: 'WEIR-5003',
  null: 'WEIR-5004',
  missing: 'WEIR-5004',
  duplicate: 'WEIR-5005',
  reserved: 'WEIR-5005',
  empty: 'WEIR-5006',
  tombstone: 'WEIR-5006',
}

/** What a scan that failed found. `start` is where the record's value begins in the scan's buffer. */
export function rejectionOf(scan: ScanState, start: number): Rejection {
  return { code: codes[scan.failure] ?? 'WEIR-5002', reason: reasonOf(scan, start) }
}

function reasonOf(scan: ScanState, start: number): string {
  const { failure, failedKey } = scan
  const column = scan.failedField?.name ?? '?'
  const type = typeName(scan)
  const value = shown(scan)
  const at = `at byte ${Math.max(0, scan.failedAt - start)}`
  switch (failure) {
    case 'type':
      return `${value} is not a ${type}, which column ${column} is`
    case 'not an integer':
      return `${value} is not written as an integer; column ${column} is ${type}`
    case 'range':
      return `${value} is out of the range of column ${column}, ${type}`
    case 'digits':
      return `${value} has more digits than column ${column}, ${type}, can keep`
    case 'scale':
      return `${value} has more decimal places than column ${column}, ${type}`
    case 'text':
      return `"${value}" is not a ${type} as column ${column} needs it`
    case 'empty text':
      return `the empty text for column ${column}, by which a Delta table is partitioned: Delta reads it as null. Send null`
    case 'zone':
      return `"${value}" has a time zone; column ${column} is a timestamp without one`
    case 'no zone':
      return `"${value}" has no time zone; column ${column} is a timestamptz`
    case 'null':
      return `null for column ${column}, which is required`
    case 'missing':
      return `no value for column ${column}, which is required`
    case 'duplicate':
      return `field "${failedKey}" is there twice`
    case 'case':
      return `field "${failedKey}" differs from column "${column}" only in its case`
    case 'reserved':
      return `field "${failedKey}" begins with _, which is reserved`
    case 'unknown':
      return `field "${failedKey}" is not in the table`
    case 'unknown inside':
      return `field "${failedKey}" is in no struct of the table`
    case 'defaults':
      return 'the defaults of what is missing in it take too many bytes'
    default:
      return `${syntaxReasons[failure] ?? 'not JSON'} ${failure === 'tombstone' || failure === 'empty' ? '' : at}`.trim()
  }
}

const syntaxReasons: Partial<Record<Failure, string>> = {
  syntax: 'not JSON: unexpected character',
  end: 'not JSON: it ends too early,',
  trailing: 'more than one value in the record: the second begins',
  'not an object': 'not a JSON object',
  depth: `nested deeper than ${depthMax} levels`,
  control: 'not JSON: a control character or newline inside a string',
  escape: 'not JSON: an escape that is none',
  surrogate: 'half a surrogate pair, which is no character,',
  'utf-8': 'not UTF-8',
  bom: 'begins with a byte order mark, which JSON must not have,',
  csv: 'not a CSV line with the columns of the delivery',
  empty: 'the value is empty',
  tombstone: 'there is no value (a tombstone)',
}

function typeName({ failedField: field }: ScanState): string {
  if (!field) return 'value'
  if (field.kind === 'decimal') return `decimal(${field.precision}, ${field.scale})`
  if (field.kind === 'bytes') return 'base64 text'
  return field.kind === 'filled string' ? 'string' : field.kind
}

function shown(scan: ScanState): string {
  const { failedAt, failedEnd } = scan
  const bytes = Buffer.from(scan.buffer.subarray(failedAt, Math.min(failedEnd, failedAt + 60)))
  return failedEnd - failedAt > 60 ? `${bytes.toString('utf8')}…` : bytes.toString('utf8')
}
