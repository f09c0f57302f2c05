import { stringifyJson } from '../json.ts'
import { growingLists } from './table-metadata.ts'

const growing: ReadonlySet<string> = new Set(growingLists)

/**
 * The JSON of a table's or a view's metadata, as `stringifyJson` has it, in pieces. A table with many commits a second names thousands of
 * snapshots in each version: the bytes of its long lists are kept, and each commit adds those of its own entries. Pieces are not to be changed.
 */
export function metadataBytes(metadata: object): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  let text = '{'
  for (const [name, value] of Object.entries(metadata) as [string, unknown][]) {
    // JSON has no undefined.
    if (value === undefined) continue
    text += `${text === '{' && pieces.length === 0 ? '' : ','}${JSON.stringify(name)}:`
    if (growing.has(name) && Array.isArray(value) && value.length > 0) {
      pieces.push(Buffer.from(`${text}[`), listBytes(value as readonly object[]))
      text = ']'
    } else text += stringifyJson(value)
  }
  pieces.push(Buffer.from(`${text}}`))
  return pieces
}

/** The bytes of the entries of a list that has grown, commas between. What is there once does not change, for it may be on its way to a disk or a client. */
interface Written {
  readonly entries: object[]
  /** Where each entry ends. */
  readonly ends: number[]
  /** More than is used, as a rule. */
  bytes: Buffer
}

/** By the first entry; an entry never changes. */
const written = new WeakMap<object, Written>()

function listBytes(list: readonly object[]): Uint8Array {
  const known = written.get(list[0]!)
  const same = known === undefined ? 0 : sameEntries(known.entries, list)
  // Others may hold what follows, in another list: of two commits on one state, or from which something was removed.
  const own = known === undefined || (same < known.entries.length && same < list.length) ? begun(known, same) : known
  for (let at = same; at < list.length; at++) append(own, list[at]!)
  written.set(list[0]!, own)
  return own.bytes.subarray(0, own.ends[list.length - 1])
}

function sameEntries(before: readonly object[], list: readonly object[]): number {
  let at = 0
  while (at < before.length && at < list.length && before[at] === list[at]) at++
  return at
}

function begun(known: Written | undefined, count: number): Written {
  if (known === undefined || count === 0) return { entries: [], ends: [], bytes: Buffer.alloc(0) }
  const used = known.ends[count - 1]!
  return {
    entries: known.entries.slice(0, count),
    ends: known.ends.slice(0, count),
    bytes: Buffer.from(known.bytes.subarray(0, used)),
  }
}

function append(to: Written, entry: object): void {
  const from = to.ends.at(-1) ?? 0
  const text = `${from === 0 ? '' : ','}${stringifyJson(entry)}`
  const end = from + Buffer.byteLength(text)
  if (end > to.bytes.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(1024, end + (end >> 1)))
    to.bytes.copy(larger, 0, 0, from)
    to.bytes = larger
  }
  to.bytes.write(text, from)
  to.entries.push(entry)
  to.ends.push(end)
}
