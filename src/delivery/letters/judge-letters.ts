import { csvDecoder, type CsvOptions } from '../../record/csv/csv-decoder.ts'
import { JsonLines, type Appended, type RawValue } from '../../record/json/json-lines.ts'
import type { Rejection } from '../../record/json/rejection.ts'
import type { DeleteReader } from '../keys/read-delete.ts'
import { scanPlans } from '../keys/scan-plans.ts'
import type { KeyPlan } from '../keys/table-key.ts'
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
  key?: KeyPlan,
): JudgedLetters<Kind> {
  const decode = format === 'csv' ? csvDecoder(view.schema, csv) : undefined
  const bytes = letters.reduce((sum, one) => sum + ((one.value ?? one.key)?.length ?? 0) * 3 + 1024, 65_536)
  const plans = scanPlans(view, key)
  const lines = new JsonLines(plans.record, bytes, onNewField === 'ignore', plans.key)
  const accepted: Kind[] = []
  const rejected: StillRejected[] = []
  for (const letter of letters) {
    const { offset, partition } = letter
    const refusal = append(lines, letter, decode, plans.deletes)
    if (refusal) rejected.push({ offset, partition, ...refusal })
    else accepted.push(letter)
  }
  return { lines, accepted, rejected }
}

function append(
  lines: JsonLines,
  letter: Letter,
  decode: ((value: Buffer) => Buffer | Rejection) | undefined,
  deletes: DeleteReader | undefined,
): Rejection | undefined {
  const place = { offset: Number(letter.offset), timestamp: letter.timestamp, partition: letter.partition }
  if (deletes && letter.value === null) {
    const key = deletes.ofKey(letter.key === null ? undefined : Buffer.from(letter.key, 'base64'))
    return Buffer.isBuffer(key) ? appendDelete(lines, key, place) : key
  }
  const bytes = letter.value === null ? undefined : Buffer.from(letter.value, 'base64')
  const buffer = bytes && decode && bytes.length > 0 ? decode(bytes) : bytes
  if (buffer && !Buffer.isBuffer(buffer)) return buffer
  const value = buffer ? { buffer, start: 0, end: buffer.length } : { buffer: Buffer.alloc(0), start: -1, end: -1 }
  if (appendGrowing(lines, { ...value, ...place }) === 'accepted') return undefined
  const rejection = lines.rejection()
  const key = buffer && deletes?.ofValue(buffer)
  return key ? appendDelete(lines, key, place) : rejection
}

function appendDelete(
  lines: JsonLines,
  buffer: Buffer,
  place: Pick<RawValue, 'offset' | 'timestamp' | 'partition'>,
): Rejection | undefined {
  const value = { buffer, start: 0, end: buffer.length, ...place, deletes: true }
  return appendGrowing(lines, value) === 'accepted' ? undefined : lines.rejection()
}

/** How long the defaults of a record make its line is not known before. */
function appendGrowing(lines: JsonLines, value: RawValue): Appended {
  let answer = lines.append(value, true)
  while (answer === 'full') {
    lines.grow()
    answer = lines.append(value, true)
  }
  return answer
}
