import type { DeliveryState, LetterFile, StateEntry } from '../../record/delivery-state.ts'
import { lettersIn } from '../letters/read-letters.ts'
import { lengthOf, subtractRanges, type OffsetRange } from '../ledger/offset-ranges.ts'
import { countFigures, findHoles } from '../ledger/row-figures.ts'
import type { TableView } from '../table/delivery-table.ts'
import type { OperatorPorts } from './operator-ports.ts'
import { rowsByPlace } from '../ledger/rows-by-place.ts'

/**
 * The state with which a delivery goes on after a rollback (delivery.md, rule 8): for each partition the furthest place of
 * summary, property and rows; letters of both whose rows are not there; what is neither row, letter nor lost is skipped.
 */
export async function goOn(
  ports: OperatorPorts,
  view: TableView,
  before: DeliveryState,
  after: DeliveryState,
  previous: string | null,
): Promise<DeliveryState> {
  using dataFiles = await rowsByPlace(view, ports.connection)
  const { rows } = dataFiles
  const figures = await countFigures(ports.connection, rows)
  const files = mergeFiles(before.letterFiles, after.letterFiles)
  const furthest = new Map<string, StateEntry>()
  for (const entry of [...before.entries, ...after.entries]) {
    const key = `${entry.source}/${entry.partition}`
    const known = furthest.get(key)
    if (!known || BigInt(entry.next) > BigInt(known.next)) furthest.set(key, entry)
  }
  const entries: StateEntry[] = []
  const letterFiles: LetterFile[] = []
  for (const entry of furthest.values()) {
    const { source, partition } = entry
    const found = figures.find((figure) => figure.source === source && figure.partition === partition)
    const next = found && found.last >= BigInt(entry.next) ? found.last + 1n : BigInt(entry.next)
    const rowHoles = await findHoles(ports.connection, rows, { source, partition, next })
    const letters = await lettersOf(ports, files, entry, rowHoles)
    letterFiles.push(...letters.files)
    entries.push(recount(entry, { next, rows: found?.rows ?? 0n, rowHoles, letters: letters.ranges }))
  }
  return { version: 1, previous, entries, letterFiles }
}

/** A file of both: what one of them knows to be replayed is decided by the rows, so nothing is taken as replayed here. */
function mergeFiles(left: readonly LetterFile[], right: readonly LetterFile[]): readonly LetterFile[] {
  return [...new Map([...left, ...right].map((file) => [file.path, { ...file, replayed: [] }])).values()]
}

async function lettersOf(
  ports: OperatorPorts,
  files: readonly LetterFile[],
  { source, partition }: StateEntry,
  rowHoles: readonly OffsetRange[],
): Promise<{ readonly files: readonly LetterFile[]; readonly ranges: readonly OffsetRange[] }> {
  const taken = new Map<string, OffsetRange>()
  const kept: LetterFile[] = []
  for (const file of files) {
    if (file.source !== source || file.partition !== partition) continue
    const replayed: string[] = []
    for (const { letter } of await lettersIn(ports.table, file)) {
      const from = BigInt(letter.offset)
      const range = { from, to: from + 1n }
      // Its row is in the table, or an earlier file holds the same record.
      const isOut = taken.has(letter.offset) || subtractRanges([range], rowHoles).length > 0
      if (isOut) replayed.push(letter.offset)
      else taken.set(letter.offset, range)
    }
    kept.push({ ...file, replayed })
  }
  return { files: kept, ranges: [...taken.values()] }
}

interface Recount {
  readonly next: bigint
  readonly rows: bigint
  readonly rowHoles: readonly OffsetRange[]
  readonly letters: readonly OffsetRange[]
}

function recount(entry: StateEntry, { next, rows, rowHoles, letters }: Recount): StateEntry {
  const lost = entry.lost.flatMap(({ from, to, ...why }) => {
    const inHoles = subtractRanges([{ from: BigInt(from), to: BigInt(to) }], complement(rowHoles, next))
    return subtractRanges(inHoles, letters).map((range) => ({ ...range, ...why }))
  })
  const skipped = subtractRanges(rowHoles, [...letters, ...lost])
  const rejected = BigInt(letters.length)
  const known = next === BigInt(entry.next) ? BigInt(entry.read) : rows + rejected
  // Gaps of the log are in the skipped ranges too: what was read says how many records were.
  let records = known - rows - rejected
  if (records < 0n) records = 0n
  const counted = skipped.map((range, index) => {
    const isLast = index === skipped.length - 1
    const here = isLast || records < lengthOf([range]) ? records : lengthOf([range])
    records -= here
    return { from: String(range.from), to: String(range.to), records: String(here) }
  })
  const delivered = rows + counted.reduce((sum, range) => sum + BigInt(range.records), 0n)
  return {
    ...entry,
    next: String(next),
    read: String(delivered + rejected),
    delivered: String(delivered),
    rejected: String(rejected),
    lost: lost.map(({ from, to, ...why }) => ({ from: String(from), to: String(to), ...why })),
    skipped: counted,
  }
}

/** Where rows are. */
function complement(holes: readonly OffsetRange[], next: bigint): readonly OffsetRange[] {
  return subtractRanges([{ from: 0n, to: next }], holes)
}
