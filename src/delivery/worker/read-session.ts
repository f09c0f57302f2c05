import { setImmediate as nextTurn } from 'node:timers/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { BatchFeed, type Decode } from '../block/batch-feed.ts'
import type { RecordSource, SourceAnswer } from '../record-source.ts'
import { batchesIn } from '../../stream/protocol/records/record-cursor.ts'
import { FetchMemory } from './fetch-memory.ts'
import { inferColumns } from './new-columns.ts'
import { findHolders } from './open-transactions.ts'
import { endsEarly, lostRange, type Position } from './positions.ts'
import { placeOf, readOn, stopAtHoles } from './restored-log.ts'
import type { Session } from './session.ts'
import type { NewColumn, TableView } from '../table/delivery-table.ts'

export interface ReadPorts {
  readonly source: RecordSource
  readonly decode: Decode | undefined
  /** Commits all that was read; retried until it landed, or the session is over. */
  commit(): Promise<unknown>
  addColumns(columns: readonly NewColumn[]): Promise<TableView>
  /** Called after every answer. */
  onRead(bytes: number, isIdle: boolean): void
}

const waitMs = 200
const fetchBytesMax = 8 * 1024 * 1024

/** Reads until the session is over; throws what ends the delivery for good (WEIR-501x). */
export async function readSession(session: Session, ports: ReadPorts, roomFor: () => Promise<void>): Promise<void> {
  const { source } = ports
  const nextOffsets = new Map<number, number>()
  for (const position of session.positions.values()) readOn(nextOffsets, position, position.next)
  const memory = new FetchMemory(fetchBytesMax)
  await stopAtHoles([...session.positions.values()], () => ports.commit())
  let fetched = fetchFrom(session, source, nextOffsets)
  for (;;) {
    const answers = await fetched
    session.signal.throwIfAborted()
    let bytes = 0
    for (const answer of answers) {
      if (answer.kind !== 'records') continue
      bytes += answer.records.length
      moveBehind(nextOffsets, session.positions.get(answer.partition)!, answer.records)
    }
    // The log answers while this answer is scanned.
    fetched = fetchFrom(session, source, nextOffsets, memory.next(bytes))
    fetched.catch(() => undefined)
    for (const answer of answers) {
      const position = session.positions.get(answer.partition)!
      if (answer.kind !== 'records') await handleTrouble(session, ports, position, answer)
      else {
        position.end = answer.end
        position.stableEnd = answer.stableEnd ?? answer.end
        await feed(session, ports, position, answer)
      }
    }
    findHolders(session.positions.values(), source)
    ports.onRead(bytes, bytes < fetchBytesMax / 8)
    await stopAtHoles([...session.positions.values()], () => ports.commit())
    await roomFor()
  }
}

/** Where the next fetch begins, from the headers alone. Logs answer in the order asked for until there is enough: the others go first. */
function moveBehind(nextOffsets: Map<number, number>, position: Position, records: Buffer): void {
  if (records.length === 0) return
  let next = nextOffsets.get(position.partition)!
  for (const { header } of batchesIn(records)) next = Math.max(next, header.baseOffset + header.lastOffsetDelta + 1)
  readOn(nextOffsets, position, next)
}

function fetchFrom(
  session: Session,
  source: RecordSource,
  nextOffsets: ReadonlyMap<number, number>,
  into?: Buffer,
): Promise<readonly SourceAnswer[]> {
  if (nextOffsets.size === 0) return Promise.resolve([])
  const partitions = Array.from(nextOffsets, ([partition, offset]) => ({ partition, offset }))
  return source.fetch({ partitions, waitMs, bytesMax: fetchBytesMax, signal: session.signal, into })
}

async function feed(
  session: Session,
  ports: ReadPorts,
  position: Position,
  { records, aborted }: Extract<SourceAnswer, { kind: 'records' }>,
): Promise<void> {
  if (records.length === 0) return
  const { config, now } = session.parts
  const options = { decode: ports.decode, aborted, deletes: session.deletes }
  const batch = new BatchFeed(position.partition, records, position.next, ports.source.id, options)
  for (;;) {
    const fed = batch.feed(session.lines, config.onNewField === 'add column', now())
    position.next = batch.position
    session.moved()
    if (fed.kind === 'done') return
    if (fed.kind === 'full' || session.lines.bytes >= session.bulkBytes) await session.cut()
    if (fed.kind === 'new field') {
      const columns = inferColumns(fed.value, session.view.schema)
      if (!Array.isArray(columns)) batch.rejectNext(columns as Exclude<typeof columns, readonly NewColumn[]>)
      else {
        // Rows are committed under the schema that accepted them (rule 10).
        await ports.commit()
        await session.widen(() => ports.addColumns(columns as readonly NewColumn[]))
      }
    }
    // Others are answered between two slices.
    await nextTurn()
    session.signal.throwIfAborted()
  }
}

async function handleTrouble(
  session: Session,
  ports: ReadPorts,
  position: Position,
  answer: Exclude<SourceAnswer, { kind: 'records' }>,
): Promise<void> {
  const { partition } = position
  const next = placeOf(position, position.next)
  if (answer.kind === 'failed')
    throw new WeirError('WEIR-5018', `partition ${partition} of the stream cannot be read: ${answer.reason}`)
  // What was read before the hole is delivered first (rule 7).
  await ports.commit()
  if (answer.kind === 'damaged')
    throw new WeirError(
      'WEIR-5019',
      `partition ${partition} of the stream is damaged at offset ${next}, where the delivery reads on; the state of the stream names the file. Restore it, or delete the records before the end of the damage and accept their loss`,
      { details: { partition, from: String(next) } },
    )
  if (answer.kind === 'gone')
    throw new WeirError(
      'WEIR-5013',
      `partition ${partition} of the stream is gone; the delivery was at offset ${next}`,
      {
        details: { partition, from: String(next) },
      },
    )
  const [bounds] = await ports.source.bounds([partition])
  if (bounds && next < bounds.start) throw lostRange(partition, next, bounds.start)
  if (bounds && next > bounds.end) throw endsEarly(partition, next, bounds.end)
  // The bounds have come right in the meantime: the next fetch tells.
}
