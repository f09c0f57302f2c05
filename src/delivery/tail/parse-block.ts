import type { DuckDBConnection } from '@duckdb/node-api'
import { link, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { duckdbFieldIds, literal } from '../../lake/types/duckdb-type.ts'
import type { Field } from '../../lake/types/type.ts'
import { prefixColumns } from '../../record/json/line-prefix.ts'
import { lineOf } from '../block/letter-lines.ts'
import { readLinesText } from '../block/read-lines.ts'
import { withDeleted, type DeleteRule } from '../keys/table-key.ts'
import type { LocalDataFile, TableView } from '../table/delivery-table.ts'
import { writeLines } from './lines-file.ts'
import type { Segment } from './segment.ts'

export interface ParseRequest {
  readonly connection: DuckDBConnection
  readonly view: TableView
  readonly source: string
  readonly folder: string
  /** Unique in the folder. */
  readonly name: string
  readonly lines: Uint8Array
  /** Where DuckDB reads them from. Nobody else writes there meanwhile; it may be there already, and it stays. */
  readonly linesFile: string
  readonly longestLine: number
  /** Write data files of the final form at once. */
  readonly bulk: boolean
  /** Of a table with a key: rows have the column `_deleted` too. */
  readonly deletes?: DeleteRule | undefined
}

export interface Parsed {
  readonly segments: readonly Segment[]
  /** Records that DuckDB refused although the scanner took them, as lines of letters by partition. */
  readonly culprits: ReadonlyMap<number, readonly Buffer[]>
}

/**
 * Lines become typed rows, once. A block that DuckDB refuses is halved until the culprits are alone; they become letters
 * with DuckDB's reason. (The scanner is there so that this does not happen.)
 */
export async function parseBlock(request: ParseRequest): Promise<Parsed> {
  try {
    return { segments: await copyLines(request), culprits: new Map() }
  } catch (thrown) {
    if (!isAboutData(thrown)) throw thrown
    return halve(request, thrown as Error)
  }
}

/** A full disk or memory is nothing that halving would help. */
function isAboutData(thrown: unknown): boolean {
  return thrown instanceof Error && /^(Invalid Input|Conversion|Out of Range|Invalid)/.test(thrown.message)
}

async function halve(request: ParseRequest, refusal: Error): Promise<Parsed> {
  const { lines, name } = request
  const near = lines.indexOf(10, Math.floor(lines.length / 2))
  // In the last line the newline searched for is the one at its end.
  const middle = near === lines.length - 1 || near < 0 ? lines.lastIndexOf(10, lines.length - 2) : near
  if (middle < 0) return { segments: [], culprits: culprit(lines, request.source, refusal) }
  const first = await parseBlock({ ...request, name: `${name}a`, lines: lines.subarray(0, middle + 1) })
  const second = await parseBlock({ ...request, name: `${name}b`, lines: lines.subarray(middle + 1) })
  const culprits = new Map(first.culprits)
  for (const [partition, letters] of second.culprits)
    culprits.set(partition, [...(culprits.get(partition) ?? []), ...letters])
  return { segments: [...first.segments, ...second.segments], culprits }
}

function culprit(line: Uint8Array, source: string, refusal: Error): Map<number, Buffer[]> {
  const text = Buffer.from(line.subarray(0, line.length - 1))
  const { offset: o, timestamp: t, partition: p, deleted: d } = prefixColumns
  const [prefix = '', offset = '0', timestamp = '-1', partition = '0', deleted] =
    new RegExp(`^\\{"${o}":(\\d+),"${t}":(-?\\d+),"${p}":(\\d+),?("${d}":true,)?`).exec(text.toString('latin1')) ?? []
  const object = Buffer.concat([Buffer.from('{'), text.subarray(prefix.length)])
  const value = deleted === undefined ? object.toString('base64') : null
  const reason = `${refusal.message.split('\n')[0]} (key and headers are in the stream)`
  const place = { source, partition: Number(partition), offset, timestamp: Number(timestamp) }
  return new Map([[place.partition, [lineOf({ ...place, code: 'WEIR-5007', reason, key: null, value, headers: [] })]]])
}

async function copyLines({
  connection,
  view,
  source,
  folder,
  name,
  lines,
  linesFile,
  longestLine,
  bulk,
  deletes,
}: ParseRequest): Promise<readonly Segment[]> {
  await writeLines(linesFile, lines)
  const select = readLinesText(view.schema, linesFile, longestLine, source, deletes)
  if (bulk) return writeFinal(connection, view, select, folder, name)
  const schema = deletes ? withDeleted(view.schema) : view.schema
  return [await writeSegment(connection, { schema }, select, join(folder, `${name}.parquet`), 0)]
}

/** A segment of fast compression: it lives for a minute at most. Queries find its columns by their ids, as in a data file. */
export async function writeSegment(
  connection: DuckDBConnection,
  { schema }: Pick<TableView, 'schema'>,
  select: string,
  path: string,
  level: number,
): Promise<Segment> {
  const ids = duckdbFieldIds(schema.fields as readonly Field[])
  const reader = await connection.runAndReadAll(
    `COPY (${select}) TO ${literal(path)} (FORMAT parquet, COMPRESSION lz4_raw, FIELD_IDS ${ids})`,
  )
  return { path, rows: Number(reader.value(0, 0)), level }
}

/** Data files as the table wants them, each linked under a second name that queries see until the commit. */
async function writeFinal(
  connection: DuckDBConnection,
  view: TableView,
  select: string,
  folder: string,
  name: string,
): Promise<readonly Segment[]> {
  const files = await copyFinal(connection, view, select, join(folder, `${name}.data`))
  return Promise.all(
    files.map(async (final, index) => {
      const path = join(folder, `${name}-${index}.parquet`)
      await link(final.path, path)
      return { path, rows: final.rows, level: 99, final }
    }),
  )
}

export async function copyFinal(
  connection: DuckDBConnection,
  view: TableView,
  select: string,
  directory: string,
): Promise<readonly LocalDataFile[]> {
  await mkdir(directory)
  const reader = await connection.runAndReadAll(view.copyText(select, directory))
  return reader.getRowObjects().map((statistics) => ({
    path: String(statistics['filename']),
    rows: Number(statistics['count']),
    statistics: statistics as Readonly<Record<string, unknown>>,
  }))
}
