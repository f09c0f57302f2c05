import { randomUUID } from 'node:crypto'
import type { DeliveryState, StateEntry } from '../../record/delivery-state.ts'
import { identifier } from '../../lake/types/duckdb-type.ts'
import { createKeysTable, readLogKeys } from '../keys/log-keys.ts'
import type { KeyedOperation, OperatorPorts } from '../operate/operator-ports.ts'
import type { TableView } from '../table/delivery-table.ts'
import { rowsByPlace } from './rows-by-place.ts'
import { letterOffsets } from './letter-offsets.ts'
import {
  compareLast,
  countOf,
  judgeCount,
  judgeLast,
  offsetsOf,
  placeOf,
  shownMax,
  type Compared,
  type Findings,
} from './judge-keyed.ts'
import { worstOf, type PartitionVerification, type Verification, type VerifyProgress } from './verification.ts'

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
    const compared = new Map<StateEntry, Compared>()
    for (const entry of state.entries)
      if (entry.source === ports.source?.id)
        compared.set(entry, await compareLast(ports.connection, entry, { rows, records, columns }))
    const { ever } = view.othersChanges()
    const goneInAll = [...compared.values()].reduce((sum, { gone }) => sum + gone.count, 0n)
    for (const [entry, findings] of found) {
      const last = compared.get(entry)
      if (last) judgeLast(entry, last, { ever, goneInAll }, findings)
      const own = await countOf(ports.connection, `SELECT count(*) FROM ${rows} WHERE ${placeOf(entry)}`)
      partitions.push(verdictOf(entry, own, letters.get(entry)!, join(findings, whole)))
    }
    const all = await countOf(ports.connection, `SELECT count(*) FROM ${rows}`)
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
  const count = await countOf(ports.connection, `SELECT count(*) FROM ${rows}`)
  judgeCount(count, BigInt(state.rows!), view.othersChanges().since, findings)
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
    ports.connection,
    `SELECT _offset FROM ${rows} WHERE ${placeOf(entry)} AND _offset >= ${entry.next}`,
  )
  if (beyond.length > 0)
    broken.push(`${where} has rows at offsets ${beyond.join(', ')}, but its state has reached only ${entry.next}`)
  if (letters.size === 0) return
  const both = await offsetsOf(
    ports.connection,
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
