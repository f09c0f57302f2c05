import { identifier, literal } from '../../lake/types/duckdb-type.ts'
import type { DeliveryState } from '../../record/delivery-state.ts'
import { appliedState } from '../commit/applied-state.ts'
import type { RowChange } from '../commit/block-rows.ts'
import { entryOf } from '../commit/next-state.ts'
import { KeyIndex } from '../keys/key-index.ts'
import { keyedRows } from '../keys/keyed-rows.ts'
import type { AppliedCount } from '../keys/last-rows.ts'
import { createKeysTable, readLogKeys } from '../keys/log-keys.ts'
import { keyFields } from '../keys/table-key.ts'
import { letterOffsets } from '../ledger/letter-offsets.ts'
import type { KeyedOperation, OperatorPorts } from '../operate/operator-ports.ts'
import type { AdoptedFile, TableView } from '../table/delivery-table.ts'
import type { StillRejected } from './judge-letters.ts'
import type { Letter } from './letter.ts'
import { placeOf } from './read-letters.ts'

type KeyedPorts = OperatorPorts & { readonly keyed: KeyedOperation }

export interface KeyedReplay<Kind extends Letter> {
  readonly files: readonly AdoptedFile[]
  readonly removed: readonly AdoptedFile[]
  readonly accepted: readonly Kind[]
  readonly rejected: readonly StillRejected[]
  applied(state: DeliveryState): DeliveryState
}

/**
 * Letters of a table with a key (keyed-tables.md, "Replay"): a record of which a later one of its key was accepted is superseded and
 * changes nothing; where nobody can tell, it stays a letter (INV-K6). `rows` are those of the letters, with the columns of a tail.
 */
export async function replayKeyed<Kind extends Letter>(
  ports: KeyedPorts,
  view: TableView,
  state: DeliveryState,
  rows: string,
  accepted: readonly Kind[],
): Promise<KeyedReplay<Kind>> {
  const { connection, folder, keyed, table } = ports
  const fates = await fatesOf(ports, view, state, rows, accepted)
  const fateOf = (letter: Letter): Fate => fates.get(placeOf(letter)) ?? 'apply'
  const taken = accepted.filter((letter) => fateOf(letter) !== 'unknown')
  const applied = accepted.filter((letter) => fateOf(letter) === 'apply')
  const left = applied.map(({ source, partition, offset }) => `(${literal(source)}, ${partition}, ${offset})`)
  const index = new KeyIndex({
    rows: keyed.rows,
    connection,
    directory: keyed.keysDirectory,
    onProgress: () => undefined,
  })
  const chosen = `SELECT * FROM (${rows}) WHERE (_source, _source_partition, _offset) IN (${left.join(', ')})`
  const change = keyedRows(left.length === 0 ? undefined : chosen, view, {
    ...{ table, index, connection, folder },
    rows: keyed.rows,
    plan: keyed.plan,
  })
  try {
    const { files, removed, keyed: changed } = await change.change(view)
    return {
      files,
      removed,
      accepted: taken,
      rejected: accepted.filter((letter) => fateOf(letter) === 'unknown').map(untold),
      applied: (after) => stateAfter(after, taken, fateOf, changed && { ...changed, source: ports.source!.id }),
    }
  } finally {
    await change.done()
    index.close()
  }
}

type Fate = 'apply' | 'superseded' | 'unknown'

function untold({ offset, partition }: Letter): StillRejected {
  return {
    offset,
    partition,
    code: 'WEIR-5034',
    reason: 'the stream no longer has all records after it: a later one may have deleted its key',
  }
}

/** By the rows of the table, which may be newer, and the records that came after in the same partition. */
async function fatesOf(
  ports: KeyedPorts,
  view: TableView,
  state: DeliveryState,
  rows: string,
  letters: readonly Letter[],
): Promise<ReadonlyMap<string, Fate>> {
  const { connection, keyed } = ports
  const fields = keyFields(view.schema, keyed.plan.columns)
  const same = (of: string): string =>
    fields.map(({ name }) => `${of}.${identifier(name)} = r.${identifier(name)}`).join(' AND ')
  const records = await createKeysTable(connection, view, keyed.plan)
  const fates = new Map<string, Fate>()
  const mark = async (fate: Fate, sql: string): Promise<void> => {
    const found = await connection.runAndReadAll(
      `SELECT r._source, r._source_partition, r._offset FROM (${rows}) r ${sql}`,
    )
    for (const [source, partition, offset] of found.getRows())
      fates.set(placeOf({ source: String(source), partition: Number(partition), offset: String(offset) }), fate)
  }
  try {
    for (const { source, partition } of await readLater(ports, view, state, letters, records))
      await mark('unknown', `WHERE r._source = ${literal(source)} AND r._source_partition = ${partition}`)
    const live = await keyed.rows.rowsText(view)
    await mark(
      'superseded',
      `JOIN (${live}) l ON ${same('l')} WHERE CASE WHEN l._source = r._source AND l._source_partition = r._source_partition
         THEN l._offset > r._offset ELSE coalesce(l._timestamp >= r._timestamp, true) END`,
    )
    await mark(
      'superseded',
      `JOIN ${records} l ON ${same('l')} AND l._source_partition = r._source_partition AND l._offset > r._offset
       WHERE r._source = ${literal(ports.source?.id ?? '')}`,
    )
    return fates
  } finally {
    await connection.run(`DROP TABLE ${records}`)
  }
}

/** Reads what came after the first letter of each partition; gives the partitions of which that is not all there. */
async function readLater(
  ports: KeyedPorts,
  view: TableView,
  state: DeliveryState,
  letters: readonly Letter[],
  records: string,
): Promise<readonly Pick<Letter, 'source' | 'partition'>[]> {
  const { connection, folder, keyed, source: stream, table } = ports
  const unknown: Pick<Letter, 'source' | 'partition'>[] = []
  for (const own of Map.groupBy(letters, ({ source, partition }) => `${source}/${partition}`).values()) {
    const { source, partition } = own[0]!
    const entry = entryOf(state, source, partition)
    const mine = stream?.id === source ? stream : undefined
    const [bounds] = mine ? await mine.bounds([partition]).catch(() => []) : []
    const from = own.reduce((first, { offset }) => Math.min(first, Number(offset)), Infinity) + 1
    const to = Number(entry?.next ?? 0)
    if (mine && bounds && entry && bounds.start <= from) {
      const { offsets: without } = await letterOffsets(table, state, entry)
      const reader = { source: mine, connection, folder, plan: keyed.plan, decode: keyed.decodeFor(view) }
      const end = await readLogKeys(reader, view, { partition, from, to, without }, records)
      if (end >= to) continue
    }
    unknown.push({ source, partition })
  }
  return unknown
}

function stateAfter(
  state: DeliveryState,
  taken: readonly Letter[],
  fateOf: (letter: Letter) => Fate,
  changed: (NonNullable<RowChange['keyed']> & { readonly source: string }) | undefined,
): DeliveryState {
  const superseded = taken.filter((letter) => fateOf(letter) === 'superseded')
  let after = state
  for (const [source, own] of Map.groupBy(taken, (letter) => letter.source)) {
    // Only letters of the stream that answers are applied.
    const counts = new Map<number, AppliedCount>(changed?.source === source ? changed.applied : [])
    for (const { partition } of superseded.filter((letter) => letter.source === source)) {
      const { upserts = 0, deletes = 0, superseded: before = 0 } = counts.get(partition) ?? {}
      counts.set(partition, { upserts, deletes, superseded: before + 1 })
    }
    if (own.length > 0)
      after = appliedState(after, source, { applied: counts, rows: changed?.rows ?? Number(state.rows ?? 0) })
  }
  return after
}
