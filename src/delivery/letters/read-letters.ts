import type { DeliveryState, LetterFile } from '../../record/delivery-state.ts'
import type { DeliveryTable } from '../table/delivery-table.ts'
import type { Letter, LetterFilter, LetterPage, LetterPlace, LetterSummary } from './letter.ts'

/** How many letters are in force, from the state alone. */
function summarizeLetters({ letterFiles }: DeliveryState): LetterSummary {
  const counts = new Map<string, { source: string; partition: number; letters: number }>()
  for (const file of letterFiles) {
    const { source, partition } = file
    const key = `${source}/${partition}`
    const before = counts.get(key)?.letters ?? 0
    counts.set(key, { source, partition, letters: before + inForce(file) })
  }
  const partitions = [...counts.values()]
  return { total: partitions.reduce((sum, { letters }) => sum + letters, 0), partitions }
}

function inForce({ letters, replayed }: LetterFile): number {
  return letters - replayed.length
}

/**
 * Letters in force, oldest file first, at most `limit` (default 100). `after` is the `next` of the page before. Letters that come or
 * go between two pages appear or not, each at most once. Rejects with WEIR-5011 when there is no state.
 */
export async function readDeadLetters(
  table: DeliveryTable,
  filter: LetterFilter = {},
  page: { readonly limit?: number; readonly after?: string | null } = {},
): Promise<LetterPage & { readonly total: number }> {
  const { state: path } = await table.load()
  if (path === undefined) return { letters: [], next: null, total: 0 }
  const state = await table.readState(path)
  const { total } = summarizeLetters(state)
  const limit = page.limit ?? 100
  const letters: Letter[] = []
  let last = ''
  const [afterFile, afterLine] = page.after?.split(' ') ?? []
  let isSkipping = afterFile !== undefined && state.letterFiles.some((file) => file.path === afterFile)
  for (const file of state.letterFiles) {
    if (isSkipping && file.path !== afterFile) continue
    const from = isSkipping ? Number(afterLine) + 1 : 0
    isSkipping = false
    for (const { letter, line } of await lettersIn(table, file, filter)) {
      if (line < from) continue
      if (letters.length === limit) return { letters, next: last, total }
      letters.push(letter)
      last = `${file.path} ${line}`
    }
  }
  return { letters, next: null, total }
}

export interface PlacedLetter {
  readonly letter: Letter
  /** Line in its file, from 0. */
  readonly line: number
}

/** Those of one file that are in force and pass the filter. A file is at most about as large as a flush. */
export async function lettersIn(
  table: Pick<DeliveryTable, 'get'>,
  file: LetterFile,
  filter: LetterFilter = {},
): Promise<readonly PlacedLetter[]> {
  if (inForce(file) === 0 || !mayHold(file, filter)) return []
  const replayed = new Set(file.replayed)
  const text = await table.get(file.path)
  const passes = letterTest(filter)
  return Array.from(linesOf(text), (bytes, line) => ({ letter: JSON.parse(bytes) as Letter, line })).filter(
    ({ letter }) => !replayed.has(letter.offset) && passes(letter),
  )
}

/** Without reading it. */
function mayHold({ source, partition }: LetterFile, { letters, ...filter }: LetterFilter): boolean {
  return (
    !isOther(filter.source, source) &&
    !isOther(filter.partition, partition) &&
    (letters?.some((place) => place.source === source && place.partition === partition) ?? true)
  )
}

function letterTest({ code, offset, reason, letters }: LetterFilter): (letter: Letter) => boolean {
  const wanted = reason?.toLowerCase() ?? ''
  const chosen = letters && new Set(letters.map(placeOf))
  return (letter) =>
    !isOther(code, letter.code) &&
    !isOther(offset, letter.offset) &&
    letter.reason.toLowerCase().includes(wanted) &&
    (chosen?.has(placeOf(letter)) ?? true)
}

function isOther(wanted: unknown, found: unknown): boolean {
  return wanted !== undefined && wanted !== found
}

/** Tells letters apart: a record is in force as a letter at most once. */
export function placeOf({ source, partition, offset }: LetterPlace): string {
  return `${source}/${partition}/${offset}`
}

/** Line by line: a whole file may be longer than a string can be. */
function* linesOf(bytes: Buffer): Generator<string> {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at)
    yield bytes.toString('utf8', at, end < 0 ? bytes.length : end)
    at = end < 0 ? bytes.length : end + 1
  }
}
