import { parseJson } from '../json.ts'

/** A list as an answer had it: what is between the brackets, and its entries. */
interface KnownList {
  /** Its own, and more of it than is used, so that a list that has grown by an entry is not copied. */
  readonly buffer: Buffer
  readonly length: number
  readonly entries: readonly unknown[]
}

type KnownLists = ReadonlyMap<string, KnownList>

/** Lists of a table that grow by an entry with each commit, as long as the table is young. */
const growing = ['snapshots', 'snapshot-log'] as const
/** Answers of so many tables are kept in mind, those used last. */
const pathsMax = 16

/**
 * Parses answers of a catalog. Each commit is answered with all snapshots of the table, of which the client knows all but the last from the
 * answer before: where the bytes of a list begin with those that it had, its entries are those that were parsed from them, and only the rest is
 * parsed. Entries are shared between answers, so nobody may change one; the bytes of an answer are not kept. Of answers shorter than `longBytes` there is nothing to gain.
 */
export function answerParser(longBytes = 64 << 10): (bytes: Buffer, path: string) => unknown {
  const known = new Map<string, KnownLists>()
  return (bytes, path) => {
    if (bytes.length < longBytes) return parseJson(textOf(bytes))
    const parsed = parseWithout(listsIn(bytes), known.get(path), bytes)
    known.delete(path)
    if (parsed === undefined) return parseJson(textOf(bytes))
    known.set(path, parsed.lists)
    for (const oldest of known.keys()) {
      if (known.size <= pathsMax) break
      known.delete(oldest)
    }
    return parsed.value
  }
}

/** Where the entries of a list begin. */
interface FoundList {
  readonly name: string
  readonly from: number
}

/** In their order. What is written with spaces between is not found, and parsed as usual. */
function listsIn(bytes: Buffer): readonly FoundList[] {
  const found = growing.flatMap((name) => {
    const key = `"${name}":[`
    const at = bytes.indexOf(key)
    // In a text a quote stands behind a backslash, so this is a key, or ends like one.
    const isKey = at > 0 && (bytes[at - 1] === comma || bytes[at - 1] === brace)
    return isKey ? [{ name, from: at + key.length }] : []
  })
  return found.toSorted((a, b) => a.from - b.from)
}

/** The lists apart from what is around them; undefined where they are not those of the table's metadata. */
function parseWithout(
  found: readonly FoundList[],
  before: KnownLists | undefined,
  bytes: Buffer,
): { readonly value: unknown; readonly lists: KnownLists } | undefined {
  const around: string[] = []
  const lists = new Map<string, KnownList>()
  let at = 0
  for (const { name, from } of found) {
    const known = knownAt(from, before?.get(name), bytes)
    const end = endOfList(bytes, from + known.length)
    if (from < at || end === undefined) return undefined
    around.push(textOf(bytes.subarray(at, from)), 'null')
    lists.set(name, grown(known, bytes.subarray(from, end)))
    at = end
  }
  around.push(textOf(bytes.subarray(at)))
  const value = parseJson(around.join(''))
  const metadata = (value as { metadata?: Record<string, unknown> } | null)?.metadata
  for (const [name, { entries }] of lists) {
    const placeholder = metadata?.[name]
    if (metadata === undefined || !Array.isArray(placeholder) || placeholder.length !== 1 || placeholder[0] !== null)
      return undefined
    metadata[name] = entries
  }
  return { value, lists }
}

const nothingKnown: KnownList = { buffer: Buffer.alloc(0), length: 0, entries: [] }

function knownAt(from: number, before: KnownList | undefined, bytes: Buffer): KnownList {
  if (before === undefined) return nothingKnown
  const end = from + before.length
  // Whole entries: another one follows, or none.
  const isWhole = bytes[end] === comma || bytes[end] === closing
  const own = before.buffer.subarray(0, before.length)
  return isWhole && bytes.subarray(from, end).equals(own) ? before : nothingKnown
}

/** The list with what follows the entries that are known. */
function grown(known: KnownList, bytes: Buffer): KnownList {
  if (bytes.length === known.length) return known
  const rest = bytes.subarray(known.length + (known.entries.length > 0 ? 1 : 0))
  const entries = [...known.entries, ...(parseJson(`[${textOf(rest)}]`) as readonly unknown[])]
  const fits = bytes.length <= known.buffer.length
  const buffer = fits ? known.buffer : Buffer.allocUnsafeSlow(bytes.length + (bytes.length >> 1))
  bytes.copy(buffer, fits ? known.length : 0, fits ? known.length : 0)
  return { buffer, length: bytes.length, entries }
}

const [quote, backslash, comma, brace, closing] = [...Buffer.from('"\\,{]')] as [number, number, number, number, number]
const opens = new Set(Buffer.from('[{'))
const closes = new Set(Buffer.from(']}'))

/** The bracket that closes a list, from within it and between two of its entries; undefined where there is none. */
function endOfList(bytes: Buffer, from: number): number | undefined {
  let depth = 0
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === quote) {
      at = endOfText(bytes, at)
    } else if (opens.has(byte)) depth++
    else if (closes.has(byte) && depth-- === 0) return byte === closing ? at : undefined
  }
  return undefined
}

function endOfText(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++
    else if (bytes[at] === quote) return at
  }
  return bytes.length
}

function textOf(bytes: Buffer): string {
  return new TextDecoder().decode(bytes)
}
