import { changedLineage } from '../../../lake/scan/row-lineage.ts'
import { literal } from '../../../lake/types/duckdb-type.ts'
import type { TableRelation } from '../../engine-host.ts'
import { quoteName } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import { actionColumn, fileColumn, positionColumn, rowIdColumn } from '../bind/write-names.ts'
import { type FileWriter, hasLineage, readFiles, type RunOurs } from './write-files.ts'

/** `upsert`: INSERT … ON CONFLICT. */
export type WorkKind = 'update' | 'delete' | 'merge' | 'upsert'

/** What an UPDATE, a DELETE or a MERGE has found to do, written down once: nothing of it is computed again. */
export interface WorkFile {
  /** Rows that are changed, removed and made. */
  readonly count: number
  /** Of which files, by local path, how many rows go. */
  readonly touched: ReadonlyMap<string, number>
  /** A query of the numbers of the rows that go from a file, in a column `pos`. */
  positions(path: string): string
  /** A query of the rows that are new, in the columns of the table and, in version 3, with their lineage; undefined when there are none. */
  readonly rows: string | undefined
  /** A query of all its rows, in the columns of the table. */
  readonly all: string
  /** A query of the places of all rows that go. */
  readonly places: string
}

export async function writeWork(
  { run, scratch, metadata }: FileWriter,
  kind: WorkKind,
  query: string,
  target: TableRelation,
): Promise<WorkFile> {
  const path = `${await scratch.folder()}/work.parquet`
  await run(`COPY (\n${query}\n) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`)
  const from = readFiles(path)
  const [counted] = await run(`SELECT count(*)::DOUBLE AS n FROM ${from}`)
  if (kind === 'merge' || kind === 'upsert') await mustBeOnce(run, from, kind)
  const touched = await run(
    `SELECT ${fileColumn} AS path, count(*)::DOUBLE AS n FROM ${from} WHERE ${fileColumn} IS NOT NULL GROUP BY 1`,
  )
  const columns = target.columns.map(({ name }) => quoteName(name)).join(', ')
  const all = `SELECT ${columns} FROM ${from}`
  const rows = hasLineage(metadata) ? `SELECT ${columns}, ${changedLineage(rowIdColumn)} FROM ${from}` : all
  const places = `SELECT ${fileColumn} AS path, ${positionColumn} AS pos FROM ${from}`
  return {
    count: Number(counted!['n']),
    touched: new Map(touched.map(({ path: file, n }) => [String(file), Number(n)])),
    positions: (file) => `SELECT pos FROM (${places}) WHERE path = ${literal(file)}`,
    rows:
      kind === 'delete'
        ? undefined
        : kind === 'merge' || kind === 'upsert'
          ? `${rows} WHERE ${actionColumn} <> 'delete'`
          : rows,
    all,
    places,
  }
}

async function mustBeOnce(run: RunOurs, from: string, kind: 'merge' | 'upsert'): Promise<void> {
  const twice = await run(
    `SELECT 1 AS twice FROM ${from} WHERE ${fileColumn} IS NOT NULL GROUP BY ${fileColumn}, ${positionColumn} HAVING count(*) > 1 LIMIT 1`,
  )
  if (twice.length === 0) return
  throw twiceChanged(kind)
}

/** SQLSTATE 21000 */
export function twiceChanged(kind: 'merge' | 'upsert'): Error {
  const [command, hint] = twiceTexts[kind]
  return sqlError('WEIR-6005', `${command} command cannot affect row a second time`, { sqlstate: '21000', hint })
}

const twiceTexts = {
  merge: ['MERGE', 'Ensure that not more than one source row matches any one target row.'],
  upsert: [
    'ON CONFLICT DO UPDATE',
    'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
  ],
} as const
