import { randomUUID } from 'node:crypto'
import type { DeliveryState, StateEntry } from '../../record/delivery-state.ts'
import { identifier } from '../../lake/types/duckdb-type.ts'
import { createKeysTable, readLogKeys } from '../keys/log-keys.ts'
import type { KeyedOperation, OperatorPorts } from '../operate/operator-ports.ts'
import type { TableView } from '../table/delivery-table.ts'
import { rowsByPlace } from './rows-by-place.ts'
import { letterOffsets } from './letter-offsets.ts'
import { worstOf, type PartitionVerification, type Verification, type VerifyProgress } from './verification.ts'

const shownMax = 10

/** What speaks against a partition, and what only leaves it open. */
interface Findings {
  readonly broken: string[]
  readonly open: string[]
}

/**
 * Proves a table with a key by its rows and, as far as the stream still has them, its records (keyed-tables.md, "Verify"): each key
 * once, each row the last record of its key, no key of a last upsert without its row, and counts that add up.
 */
export async function verifyKeyed(
  ports: OperatorPorts,
  keyed: KeyedOperation,
  view: TableView,
  state: DeliveryState,
  onProgress: VerifyProgress,
): Promise<Verification> {
  const { connection } = ports
  const total = state.entries.length + 1
  onProgress({ part: 'reading rows', done: 0, total })
  const rows = `rows_${randomUUID().replaceAll('-', '')}`
  const columns = keyed.plan.columns.map(identifier)
  const names = columns.join(', ')
  using live = await rowsByPlace(view, connection, [...columns, '_source', '_source_partition', '_offset'])
  const none = `SELECT ${columns.map((column) => `NULL AS ${column}`).join(', ')}, '' AS _source, 0 AS _source_partition, 0::BIGINT AS _offset LIMIT 0`
  await connection.run(
    `CREATE TEMP TABLE ${rows} AS SELECT ${names}, _source, _source_partition, _offset FROM ${live.rows ?? `(${none})`}`,
  )
  const records = await createKeysTable(connection, view, keyed.plan)
  try {
    const whole = await judgeWhole(ports, view, state, rows, names)
    const partitions: PartitionVerification[] = []
    const letters = new Map<StateEntry, number>()
    const found = new Map<StateEntry, Findings>()
    for (const [index, entry] of state.entries.entries()) {
      onProgress({ part: `partition ${entry.partition}`, done: index + 1, total })
      const mine = await letterOffsets(ports.table, state, entry)
      letters.set(entry, mine.offsets.size)
      const findings: Findings = { broken: [...mine.trouble], open: [] }
      found.set(entry, findings)
      judgeCounts(entry, mine.offsets.size, findings)
      await judgePlaces(ports, entry, mine.offsets, rows, findings)
      await readPartition(ports, keyed, view, entry, mine.offsets, records, findings)
    }
    for (const [entry, findings] of found) {
      if (entry.source === ports.source?.id) await judgeLast(ports, view, entry, { rows, records, columns }, findings)
      const own = await countOf(ports, `SELECT count(*) FROM ${rows} WHERE ${placeOf(entry)}`)
      partitions.push(verdictOf(entry, own, letters.get(entry)!, join(findings, whole)))
    }
    const all = await countOf(ports, `SELECT count(*) FROM ${rows}`)
    onProgress({ part: 'done', done: total, total })
    return { verdict: worstOf(partitions), snapshotId: view.snapshotId, rows: String(all), partitions }
  } finally {
    await connection.run(`DROP TABLE ${rows}; DROP TABLE ${records}`)
  }
}

/** What is about no partition: each key once (INV-K1), as many rows as the state says, rows of entries that there are. */
async function judgeWhole(
  ports: OperatorPorts,
  view: TableView,
  state: DeliveryState,
  rows: string,
  names: string,
): Promise<Findings> {
  const findings: Findings = { broken: [], open: [] }
  const twice = await ports.connection.runAndReadAll(
    `SELECT concat_ws(', ', ${names}), count(*) FROM ${rows} GROUP BY ${names} HAVING count(*) > 1 LIMIT ${shownMax}`,
  )
  if (twice.currentRowCount > 0)
    findings.broken.push(
      `the table has keys twice: ${twice
        .getRows()
        .map(([key]) => String(key))
        .join('; ')}`,
    )
  const count = await countOf(ports, `SELECT count(*) FROM ${rows}`)
  if (count === BigInt(state.rows!)) return findings
  const text = `the table has ${count} rows, its state says ${state.rows}`
  if (view.changedSince === 'none') findings.broken.push(text)
  else findings.open.push(`${text}; others have changed rows since`)
  return findings
}

/** INV-K3, and as many letters as were rejected. */
function judgeCounts(entry: StateEntry, letters: number, { broken }: Findings): void {
  const { partition, read, delivered, rejected, applied } = entry
  const where = `partition ${partition}`
  if (BigInt(read) !== BigInt(delivered) + BigInt(rejected))
    broken.push(`${where}: ${read} read are not ${delivered} delivered and ${rejected} rejected`)
  if (String(letters) !== rejected) broken.push(`${where} has ${letters} dead letters, its state says ${rejected}`)
  const { upserts = '0', deletes = '0', superseded = '0' } = applied ?? {}
  if (BigInt(upserts) + BigInt(deletes) + BigInt(superseded) !== BigInt(delivered))
    broken.push(
      `${where}: ${delivered} delivered are not ${upserts} upserts, ${deletes} deletes and ${superseded} superseded`,
    )
}

/** No row where the state has not been, and none that is a letter. */
async function judgePlaces(
  ports: OperatorPorts,
  entry: StateEntry,
  letters: ReadonlySet<string>,
  rows: string,
  { broken }: Findings,
): Promise<void> {
  const where = `partition ${entry.partition}`
  const beyond = await offsetsOf(
    ports,
    `SELECT _offset FROM ${rows} WHERE ${placeOf(entry)} AND _offset >= ${entry.next}`,
  )
  if (beyond.length > 0)
    broken.push(`${where} has rows at offsets ${beyond.join(', ')}, but its state has reached only ${entry.next}`)
  if (letters.size === 0) return
  const both = await offsetsOf(
    ports,
    `SELECT _offset FROM ${rows} WHERE ${placeOf(entry)} AND _offset IN (${[...letters].join(', ')})`,
  )
  if (both.length > 0) broken.push(`${where} has dead letters in force that are rows: offsets ${both.join(', ')}`)
}

async function readPartition(
  ports: OperatorPorts,
  keyed: KeyedOperation,
  view: TableView,
  entry: StateEntry,
  letters: ReadonlySet<string>,
  records: string,
  { open }: Findings,
): Promise<void> {
  const { source, connection, folder } = ports
  const { partition } = entry
  const where = `partition ${partition}`
  const mine = source?.id === entry.source ? source : undefined
  const [bounds] = mine ? await mine.bounds([partition]).catch(() => []) : []
  if (!mine || !bounds) {
    open.push(`${where}: its stream does not answer, which would say which record of a key was the last`)
    return
  }
  const { plan } = keyed
  const range = { partition, from: bounds.start, to: Number(entry.next), without: letters }
  const reader = { source: mine, connection, folder, plan, decode: keyed.decodeFor(view) }
  const end = await readLogKeys(reader, view, range, records)
  if (end < Number(entry.next)) open.push(`${where}: the stream cannot be read from offset ${end} on`)
}

interface Compared {
  readonly rows: string
  readonly records: string
  /** Quoted. */
  readonly columns: readonly string[]
}

/** INV-K2, by the records that the stream still has: of those of one partition the last counts. */
async function judgeLast(
  ports: OperatorPorts,
  view: TableView,
  entry: StateEntry,
  { rows, records, columns }: Compared,
  { broken, open }: Findings,
): Promise<void> {
  const { partition } = entry
  const [bounds] = await ports.source!.bounds([partition]).catch(() => [])
  if (!bounds) return
  const where = `partition ${partition}`
  const same = (of: string): string => columns.map((name) => `${of}.${name} = l.${name}`).join(' AND ')
  const names = columns.join(', ')
  const last = `SELECT ${names}, max(_offset) AS _offset, arg_max(_deleted, _offset) AS _deleted FROM ${records}
    WHERE _source_partition = ${partition} GROUP BY ${names}`
  const mine = `SELECT * FROM ${rows} WHERE ${placeOf(entry)}`
  const old = await offsetsOf(
    ports,
    `SELECT r._offset FROM (${mine}) r JOIN (${last}) l USING (${names}) WHERE r._offset <> l._offset OR l._deleted`,
  )
  const gone = await offsetsOf(
    ports,
    `SELECT l._offset FROM (${last}) l WHERE NOT l._deleted AND NOT EXISTS (
       SELECT 1 FROM ${rows} r WHERE ${same('r')})
     AND NOT EXISTS (SELECT 1 FROM ${records} o WHERE o._source_partition <> ${partition} AND ${same('o')})`,
  )
  const [sure, why] = view.changedEver === 'none' ? [broken, ''] : [open, ', and others may have changed rows']
  if (old.length > 0) sure.push(`${where} has rows at offsets ${old.join(', ')} whose keys have a later record${why}`)
  if (gone.length > 0)
    sure.push(`${where} lacks the rows of the records at offsets ${gone.join(', ')}, the last of their keys${why}`)
  const untold = await countOf(
    ports,
    `SELECT count(*) FROM (${mine}) r WHERE NOT EXISTS (SELECT 1 FROM ${records} l WHERE l._source_partition = ${partition} AND l._offset = r._offset)
     AND r._offset NOT IN (SELECT r._offset FROM (${mine}) r JOIN (${last}) l USING (${names}))`,
  )
  if (untold > 0n)
    open.push(
      `${where}: of ${untold} rows the stream no longer has the record; whether a later one deleted the key, nobody can tell`,
    )
}

function placeOf({ source, partition }: StateEntry): string {
  return `_source = '${source}' AND _source_partition = ${partition}`
}

async function offsetsOf({ connection }: OperatorPorts, sql: string): Promise<readonly string[]> {
  const read = await connection.runAndReadAll(`SELECT * FROM (${sql}) ORDER BY 1 LIMIT ${shownMax}`)
  return read.getRows().map(([offset]) => String(offset))
}

async function countOf({ connection }: OperatorPorts, sql: string): Promise<bigint> {
  return (await connection.runAndReadAll(sql)).value(0, 0) as bigint
}

function join(one: Findings, other: Findings): Findings {
  return { broken: [...one.broken, ...other.broken], open: [...one.open, ...other.open] }
}

function verdictOf(
  { source, partition }: StateEntry,
  rows: bigint,
  letters: number,
  { broken, open }: Findings,
): PartitionVerification {
  const verdict = broken.length > 0 ? 'violated' : open.length > 0 ? 'cannot tell' : 'proven'
  const place = { source, partition, rows: String(rows), letters: String(letters) }
  return { ...place, verdict, findings: broken.length > 0 ? broken : open }
}
