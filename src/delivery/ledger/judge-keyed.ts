import type { DuckDBConnection } from '@duckdb/node-api'
import type { StateEntry } from '../../record/delivery-state.ts'
import type { OthersChanges } from '../table/delivery-table.ts'

export const shownMax = 10

/** What speaks against a partition, and what only leaves it open. */
export interface Findings {
  readonly broken: string[]
  readonly open: string[]
}

/** Tables of one connection. */
interface KeysRead {
  readonly rows: string
  readonly records: string
  /** Quoted. */
  readonly columns: readonly string[]
}

interface Offsets {
  readonly count: bigint
  /** The first few. */
  readonly offsets: readonly string[]
}

/** The rows of a partition beside the last records of their keys. */
export interface Compared {
  /** Rows of which a later record of the key is known. */
  readonly old: Offsets
  /** Last records that upsert, of keys that have no row. */
  readonly gone: Offsets
  /** Rows of which the stream has no record any more. */
  readonly untold: bigint
}

/** As many rows as the state says, but for what others did since: their snapshots count it. */
export function judgeCount(count: bigint, said: bigint, since: OthersChanges, { broken, open }: Findings): void {
  const text = `the table has ${count} rows, its state says ${said}`
  if (!since.isWhole) {
    if (count !== said) open.push(`${text}; others may have changed rows since, and not all of it is counted`)
    return
  }
  const { added, removed, removedMax } = since
  if (count === said + added - removed) return
  const changes = added === 0n && removed === 0n ? '' : `, and others have added ${added} and removed ${removed} since`
  const isPossible = count <= said + added && count >= said + added - removedMax
  const findings = isPossible ? open : broken
  findings.push(`${text}${changes}`)
}

/** INV-K2, by the records that the stream still has: of those of one partition the last counts. */
export async function compareLast(
  connection: DuckDBConnection,
  entry: StateEntry,
  { rows, records, columns }: KeysRead,
): Promise<Compared> {
  const { partition } = entry
  const same = (of: string): string => columns.map((name) => `${of}.${name} = l.${name}`).join(' AND ')
  const names = columns.join(', ')
  const last = `SELECT ${names}, max(_offset) AS _offset, arg_max(_deleted, _offset) AS _deleted FROM ${records}
    WHERE _source_partition = ${partition} GROUP BY ${names}`
  const mine = `SELECT * FROM ${rows} WHERE ${placeOf(entry)}`
  const old = `SELECT r._offset FROM (${mine}) r JOIN (${last}) l USING (${names}) WHERE r._offset <> l._offset OR l._deleted`
  const gone = `SELECT l._offset FROM (${last}) l WHERE NOT l._deleted AND NOT EXISTS (
       SELECT 1 FROM ${rows} r WHERE ${same('r')})
     AND NOT EXISTS (SELECT 1 FROM ${records} o WHERE o._source_partition <> ${partition} AND ${same('o')})`
  const untold = `SELECT count(*) FROM (${mine}) r WHERE NOT EXISTS (SELECT 1 FROM ${records} l WHERE l._source_partition = ${partition} AND l._offset = r._offset)
     AND r._offset NOT IN (SELECT r._offset FROM (${mine}) r JOIN (${last}) l USING (${names}))`
  return {
    old: await countedOffsets(connection, old),
    gone: await countedOffsets(connection, gone),
    untold: await countOf(connection, untold),
  }
}

/** `goneInAll`: of all partitions. Others may have removed as many rows as their snapshots count, and no more. */
export function judgeLast(
  { partition }: StateEntry,
  { old, gone, untold }: Compared,
  { ever, goneInAll }: { readonly ever: OthersChanges; readonly goneInAll: bigint },
  { broken, open }: Findings,
): void {
  const where = `partition ${partition}`
  if (old.count > 0n) {
    const text = `${where} has rows at offsets ${old.offsets.join(', ')} whose keys have a later record`
    if (ever.isWhole && old.count > ever.placedMax) broken.push(text)
    else open.push(`${text}, and others ${ever.isWhole ? 'have' : 'may have'} changed rows of the table`)
  }
  if (gone.count > 0n) {
    const text = `${where} lacks the rows of the records at offsets ${gone.offsets.join(', ')}, the last of their keys`
    if (!ever.isWhole) open.push(`${text}, and others may have removed rows, which not all snapshots tell`)
    else if (goneInAll <= ever.removedMax) open.push(`${text}, and others have removed rows from the table`)
    else broken.push(ever.removedMax === 0n ? text : `${text}; others have removed ${ever.removedMax} rows at most`)
  }
  if (untold > 0n)
    open.push(
      `${where}: of ${untold} rows the stream no longer has the record; whether a later one deleted the key, nobody can tell`,
    )
}

export function placeOf({ source, partition }: StateEntry): string {
  return `_source = '${source}' AND _source_partition = ${partition}`
}

async function countedOffsets(connection: DuckDBConnection, sql: string): Promise<Offsets> {
  const read = await connection.runAndReadAll(
    `SELECT _offset, count(*) OVER () FROM (${sql}) ORDER BY 1 LIMIT ${shownMax}`,
  )
  const found = read.getRows()
  return { count: (found[0]?.[1] as bigint | undefined) ?? 0n, offsets: found.map(([offset]) => String(offset)) }
}

export async function offsetsOf(connection: DuckDBConnection, sql: string): Promise<readonly string[]> {
  return (await countedOffsets(connection, sql)).offsets
}

export async function countOf(connection: DuckDBConnection, sql: string): Promise<bigint> {
  return (await connection.runAndReadAll(sql)).value(0, 0) as bigint
}
