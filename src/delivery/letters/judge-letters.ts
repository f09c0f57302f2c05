import { csvDecoder, type CsvOptions } from '../../record/csv/csv-decoder.ts'
import { JsonLines } from '../../record/json/json-lines.ts'
import type { Rejection } from '../../record/json/rejection.ts'
import { compileScanPlan } from '../../record/json/scan-plan.ts'
import type { TableView } from '../table/delivery-table.ts'
import type { Letter, ReplayResult } from './letter.ts'

export interface ReplayOptions {
  readonly format: 'json' | 'csv'
  readonly csv?: CsvOptions
  readonly onNewField: 'reject' | 'ignore' | 'add column'
}

export type StillRejected = ReplayResult['rejected'][number]

export interface JudgedLetters<Kind extends Letter = Letter> {
  /** Of those accepted, for DuckDB. */
  readonly lines: JsonLines
  readonly accepted: readonly Kind[]
  readonly rejected: readonly StillRejected[]
}

/** Which letters of one source fit the table as it is now, by the scanner that judges records on their first way. */
export function judgeLetters<Kind extends Letter>(
  view: TableView,
  letters: readonly Kind[],
  { format, csv, onNewField }: ReplayOptions,
): JudgedLetters<Kind> {
  const decode = format === 'csv' ? csvDecoder(view.schema, csv) : undefined
  const bytes = letters.reduce((sum, { value }) => sum + (value?.length ?? 0) * 3 + 1024, 65_536)
  const lines = new JsonLines(compileScanPlan(view.schema), bytes, onNewField === 'ignore')
  const accepted: Kind[] = []
  const rejected: StillRejected[] = []
  for (const letter of letters) {
    const { offset, partition } = letter
    const refusal = append(lines, letter, decode)
    if (refusal) rejected.push({ offset, partition, ...refusal })
    else accepted.push(letter)
  }
  return { lines, accepted, rejected }
}

function append(
  lines: JsonLines,
  letter: Letter,
  decode: ((value: Buffer) => Buffer | Rejection) | undefined,
): Rejection | undefined {
  const bytes = letter.value === null ? undefined : Buffer.from(letter.value, 'base64')
  const buffer = bytes && decode && bytes.length > 0 ? decode(bytes) : bytes
  if (buffer && !Buffer.isBuffer(buffer)) return buffer
  const place = { offset: Number(letter.offset), timestamp: letter.timestamp, partition: letter.partition }
  const value = buffer ? { buffer, start: 0, end: buffer.length } : { buffer: Buffer.alloc(0), start: -1, end: -1 }
  return lines.append({ ...value, ...place }, true) === 'accepted' ? undefined : lines.rejection()
}
