import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { literal } from '../../lake/types/duckdb-type.ts'
import type { OperatorPorts } from '../operate/operator-ports.ts'
import type { TableView } from '../table/delivery-table.ts'
import { parseBlock } from '../tail/parse-block.ts'
import type { Segment } from '../tail/segment.ts'
import type { JudgedLetters, StillRejected } from './judge-letters.ts'
import type { Letter } from './letter.ts'
import { placeOf } from './read-letters.ts'
import { rowsByPlace } from '../ledger/rows-by-place.ts'

/** Which of the letters are rows already, by place: of a commit of before whose answer nobody saw, or of another's. */
export async function placesInTable(
  { connection }: OperatorPorts,
  view: TableView,
  letters: readonly Letter[],
): Promise<ReadonlySet<string>> {
  using files = await rowsByPlace(view, connection)
  const { rows } = files
  if (letters.length === 0 || rows === undefined) return new Set()
  const wanted = letters.map(({ source, partition, offset }) => `(${literal(source)}, ${partition}, ${offset})`)
  const reader = await connection.runAndReadAll(
    `SELECT _source, _source_partition, _offset::VARCHAR
     FROM ${rows}
     JOIN (VALUES ${wanted.join(', ')}) AS wanted(source, part, place)
     ON _source = source AND _source_partition = part AND _offset = place`,
  )
  return new Set(
    reader
      .getRows()
      .map(([source, partition, offset]) =>
        placeOf({ source: String(source), partition: Number(partition), offset: String(offset) }),
      ),
  )
}

export interface ReplayedRows {
  readonly segments: readonly Segment[]
  /** Letters that DuckDB refuses although the scanner takes them. */
  readonly refused: readonly StillRejected[]
}

/** The rows of letters of one source, as segments in the folder; whoever asked removes them. */
export async function parseLetters(
  { connection, folder, keyed }: OperatorPorts,
  view: TableView,
  source: string,
  { lines }: JudgedLetters,
): Promise<ReplayedRows> {
  const name = `replay-${randomUUID()}`
  const linesFile = join(folder, `${name}.lines`)
  const { segments, culprits } = await parseBlock({
    connection,
    view,
    folder,
    name,
    source,
    lines: lines.bytes,
    linesFile,
    longestLine: lines.longest,
    bulk: false,
    deletes: keyed?.plan.deletes,
  }).finally(() => rm(linesFile, { force: true }))
  const letters = [...culprits.values()].flat().map((line) => JSON.parse(line.toString()) as Letter)
  return {
    segments,
    refused: letters.map(({ offset, partition, code, reason }) => ({ offset, partition, code, reason })),
  }
}
