import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { literal } from '../../lake/types/duckdb-type.ts'
import { csvDecoder, type CsvOptions } from '../../record/csv/csv-decoder.ts'
import type { DeliveryState, LetterFile } from '../../record/delivery-state.ts'
import { JsonLines } from '../../record/json/json-lines.ts'
import type { Rejection } from '../../record/json/rejection.ts'
import { compileScanPlan } from '../../record/json/scan-plan.ts'
import { rowCounter } from '../commit/count-rows.ts'
import { judgeTable } from '../commit/judge-table.ts'
import { plus } from '../commit/next-state.ts'
import { commitState } from '../commit/commit-state.ts'
import type { OperatorPorts } from '../operate/operator-ports.ts'
import type { AdoptedFile, TableView } from '../table/delivery-table.ts'
import { copyFinal, parseBlock } from '../tail/parse-block.ts'
import { selectFrom } from '../tail/tail-block.ts'
import type { Letter, LetterFilter, ReplayResult } from './letter.ts'
import { lettersIn } from './read-letters.ts'

export interface ReplayOptions {
  readonly format: 'json' | 'csv'
  readonly csv?: CsvOptions
  readonly onNewField: 'reject' | 'ignore' | 'add column'
}

/**
 * Letters become rows where they fit now (delivery.md, rule 9): one commit for each letter file puts the rows in and the letters
 * out of force, only if the rows are not there and the letters in force in the state that it commits on. Offsets stay. Rejects with
 * WEIR-5031 when a filter names an offset that no letter in force has.
 */
export async function replayDeadLetters(
  ports: OperatorPorts,
  options: ReplayOptions,
  filter: LetterFilter = {},
): Promise<ReplayResult> {
  const { table } = ports
  const { state: path } = await table.load()
  const files = path === undefined ? [] : (await table.readState(path)).letterFiles
  let result: ReplayResult = { replayed: 0, rejected: [], snapshotId: null }
  for (const file of files) {
    const done = await replayFile(ports, options, file.path, filter)
    result = {
      replayed: result.replayed + done.replayed,
      rejected: [...result.rejected, ...done.rejected],
      snapshotId: done.snapshotId ?? result.snapshotId,
    }
  }
  if (filter.offset !== undefined && result.replayed + result.rejected.length === 0)
    throw new WeirError(
      'WEIR-5031',
      `no dead letter of offset ${filter.offset} is in force; it may have been replayed already`,
    )
  return result
}

async function replayFile(
  ports: OperatorPorts,
  options: ReplayOptions,
  path: string,
  filter: LetterFilter,
): Promise<ReplayResult> {
  const { table, memory, connection } = ports
  const adoption = await memory.adoption()
  let replayed: readonly Letter[] = []
  let rejected: ReplayResult['rejected'] = []
  const snapshotId = await commitState(table, async (view) => {
    const inForce = await judgeTable(table, view, rowCounter(connection), adoption?.table)
    const file = inForce.state.letterFiles.find((candidate) => candidate.path === path)
    const letters = file ? (await lettersIn(table, file, filter)).map(({ letter }) => letter) : []
    const there = await offsetsInTable(ports, view, letters)
    const judged = judge(
      view,
      letters.filter(({ offset }) => !there.has(offset)),
      options,
    )
    replayed = judged.accepted
    rejected = judged.rejected
    if (!file || replayed.length === 0) return undefined
    const files = await writeRows(ports, view, file, judged.lines)
    return { files, state: afterReplay(inForce.state, inForce.path, file, replayed) }
  })
  return { replayed: snapshotId === null ? 0 : replayed.length, rejected, snapshotId }
}

interface Judged {
  readonly lines: JsonLines
  readonly accepted: readonly Letter[]
  readonly rejected: ReplayResult['rejected']
}

function judge(view: TableView, letters: readonly Letter[], { format, csv, onNewField }: ReplayOptions): Judged {
  const decode = format === 'csv' ? csvDecoder(view.schema, csv) : undefined
  const bytes = letters.reduce((sum, { value }) => sum + (value?.length ?? 0) * 3 + 1024, 65_536)
  const lines = new JsonLines(compileScanPlan(view.schema), bytes, onNewField === 'ignore')
  const accepted: Letter[] = []
  const rejected: { offset: string; partition: number; code: string; reason: string }[] = []
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

/** Those that are rows already: a commit of before whose answer nobody saw, or another's. */
async function offsetsInTable(
  { connection }: OperatorPorts,
  view: TableView,
  letters: readonly Letter[],
): Promise<ReadonlySet<string>> {
  const [first] = letters
  const { paths } = await view.dataFiles()
  if (!first || paths.length === 0) return new Set()
  const reader = await connection.runAndReadAll(
    `SELECT _offset::VARCHAR FROM read_parquet([${paths.map(literal).join(', ')}], union_by_name = true)
     WHERE _source = ${literal(first.source)} AND _source_partition = ${first.partition}
     AND _offset IN (${letters.map(({ offset }) => offset).join(', ')})`,
  )
  return new Set(reader.getRows().map(([offset]) => String(offset)))
}

async function writeRows(
  ports: OperatorPorts,
  view: TableView,
  file: LetterFile,
  lines: JsonLines,
): Promise<readonly AdoptedFile[]> {
  const { connection, folder, table } = ports
  const name = `replay-${randomUUID()}`
  const linesFile = join(folder, `${name}.lines`)
  const { segments, culprits } = await parseBlock({
    connection,
    view,
    folder,
    name,
    source: file.source,
    lines: lines.bytes,
    linesFile,
    longestLine: lines.longest,
    bulk: false,
  }).finally(() => rm(linesFile, { force: true }))
  if (culprits.size > 0) throw new Error(`DuckDB refuses letters of ${file.path} that the scanner takes`)
  return table.adopt(view, await copyFinal(connection, view, selectFrom(segments), join(folder, `${name}.data`)))
}

function afterReplay(
  state: DeliveryState,
  previous: string,
  file: LetterFile,
  letters: readonly Letter[],
): DeliveryState {
  const { length } = letters
  const offsets = letters.map(({ offset }) => offset)
  return {
    version: 1,
    previous,
    entries: state.entries.map((entry) =>
      entry.source === file.source && entry.partition === file.partition
        ? { ...entry, rejected: plus(entry.rejected, -length), delivered: plus(entry.delivered, length) }
        : entry,
    ),
    letterFiles: state.letterFiles.map((known) =>
      known.path === file.path ? { ...known, replayed: [...known.replayed, ...offsets] } : known,
    ),
  }
}
