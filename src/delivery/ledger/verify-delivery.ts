import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { DeliveryState, StateEntry } from '../../record/delivery-state.ts'
import { rowCounter } from '../commit/count-rows.ts'
import { judgeTable } from '../commit/judge-table.ts'
import { entryOf } from '../commit/next-state.ts'
import type { OperatorPorts } from '../operate/operator-ports.ts'
import type { TableFiles, TableView } from '../table/delivery-table.ts'
import { judgePartition, type Evidence } from './judge-partition.ts'
import { letterOffsets } from './letter-offsets.ts'
import { lookIntoLog } from './look-into-log.ts'
import { subtractRanges, type OffsetRange } from './offset-ranges.ts'
import { countFigures, findDuplicates, findHoles, type RowFigures } from './row-figures.ts'
import { rowsByPlace, UnreadableFiles } from './rows-by-place.ts'
import { unreadableFiles, type UnreadableFile } from './unreadable-files.ts'
import { verifyKeyed } from './verify-keyed.ts'
import { worstOf, type PartitionVerification, type Verification, type VerifyProgress } from './verification.ts'

/**
 * Recounts a table from its data and its letter files, and compares with the state, offset by offset: no gap, no duplicate, no
 * record in two places. Reads one snapshot; workers may go on. Changes nothing. See `Verification`.
 */
export async function verifyDelivery(
  ports: OperatorPorts,
  onProgress: VerifyProgress = () => undefined,
): Promise<Verification> {
  const { table, connection } = ports
  const view = await table.load()
  let state: DeliveryState
  try {
    state = (await judgeTable(table, view, rowCounter(connection))).state
  } catch (thrown) {
    const { code, message } = asWeirError(thrown)
    if (!['WEIR-5010', 'WEIR-5011'].includes(code)) throw thrown
    return violatedAsAWhole(view.snapshotId, [message])
  }
  if (ports.keyed && state.rows !== undefined) return verifyKeyed(ports, ports.keyed, view, state, onProgress)
  onProgress({ part: 'counting rows', done: 0, total: state.entries.length + 1 })
  let taken: TableFiles
  try {
    taken = await rowsByPlace(view, connection)
  } catch (thrown) {
    if (thrown instanceof UnreadableFiles) return violatedAsAWhole(view.snapshotId, unreadableTexts(thrown.files))
    throw thrown
  }
  using files = taken
  let figures: readonly RowFigures[]
  try {
    figures = await countFigures(connection, files.rows)
  } catch (thrown) {
    const unreadable = await unreadableFiles(connection, files.paths)
    if (unreadable.length === 0) throw thrown
    return violatedAsAWhole(view.snapshotId, unreadableTexts(unreadable))
  }
  const partitions: PartitionVerification[] = []
  for (const [index, entry] of state.entries.entries()) {
    onProgress({ part: `partition ${entry.partition}`, done: index + 1, total: state.entries.length + 1 })
    partitions.push(judgePartition(entry, await gather(ports, view, files, state, entry, figures)))
  }
  for (const { source, partition, rows } of figures.filter((found) => !entryOf(state, found.source, found.partition))) {
    const findings = [`partition ${partition} of ${source} has ${rows} rows that no entry of the state counts`]
    partitions.push({ source, partition, rows: String(rows), letters: '0', verdict: 'violated', findings })
  }
  onProgress({ part: 'done', done: state.entries.length + 1, total: state.entries.length + 1 })
  const rows = String(figures.reduce((sum, figure) => sum + figure.rows, 0n))
  return { verdict: worstOf(partitions), snapshotId: view.snapshotId, rows, partitions }
}

function unreadableTexts(files: readonly UnreadableFile[]): readonly string[] {
  return files.map(({ path, reason }) => `the data file ${path} cannot be read: ${reason}`)
}

/** Before any partition could be looked at. */
function violatedAsAWhole(snapshotId: string | null, findings: readonly string[]): Verification {
  const partition = { source: '', partition: -1, rows: '0', letters: '0', verdict: 'violated' as const, findings }
  return { verdict: 'violated', snapshotId, rows: '0', partitions: [partition] }
}

async function gather(
  ports: OperatorPorts,
  view: TableView,
  { rows, hasDeletes }: TableFiles,
  state: DeliveryState,
  entry: StateEntry,
  figures: readonly RowFigures[],
): Promise<Evidence> {
  const { connection, table } = ports
  const { source, partition } = entry
  const next = BigInt(entry.next)
  const found = figures.find((figure) => figure.source === source && figure.partition === partition)
  const letters = await letterOffsets(table, state, entry)
  const duplicates = found && found.rows > found.distinct ? await findDuplicates(connection, rows!, found) : []
  // As many different offsets below `next` as there are: then none is missing.
  const isFull = found !== undefined && found.distinct === next && found.first >= 0n && found.last < next
  const rowHoles = isFull ? [] : await findHoles(connection, rows, { source, partition, next })
  const inLetters = rangesOf(letters.offsets)
  const known = [...entry.lost, ...entry.skipped].map(({ from, to }) => ({ from: BigInt(from), to: BigInt(to) }))
  const holes = subtractRanges(rowHoles, [...inLetters, ...known])
  const log = ports.source?.id === source ? ports.source : null
  return {
    figures: found,
    letters,
    duplicates,
    // A letter whose offset is in no hole between the rows has its row in the table.
    lettersThatAreRows: subtractRanges(inLetters, rowHoles).map(({ from }) => String(from)),
    holes,
    log: holes.length === 0 ? { records: [], unknown: [] } : await lookIntoLog(log, partition, holes),
    removals: hasDeletes ? 'some' : view.removals,
  }
}

function rangesOf(offsets: ReadonlySet<string>): readonly OffsetRange[] {
  return Array.from(offsets, BigInt)
    .toSorted((left, right) => (left < right ? -1 : 1))
    .map((from) => ({ from, to: from + 1n }))
}
