import { isUtf8 } from 'node:buffer'

/** Bytes of a record as text: what they are is said, and nothing is replaced. */
export interface ShownBytes {
  readonly format: 'json' | 'text' | 'bytes'
  /** Of `text`: base64 for bytes that are no text. */
  readonly encoding: 'utf-8' | 'base64'
  readonly text: string
  /** All there are. */
  readonly bytes: number
  /** Whether `text` has the beginning only. */
  readonly cut: boolean
}

/** Parsing more, only to say that it is JSON, would hold everything else up. */
const parsedBytesMax = 1_000_000

/** Takes at most `bytesMax` of them into the text, cut between characters. */
export function showBytes(data: Buffer, bytesMax = Infinity): ShownBytes {
  const isText = isPrintable(data)
  const shown = data.length <= bytesMax ? data : data.subarray(0, isText ? endOfCharacter(data, bytesMax) : bytesMax)
  const cut = shown.length < data.length
  if (!isText) return { format: 'bytes', encoding: 'base64', text: shown.toString('base64'), bytes: data.length, cut }
  return { format: isJson(data) ? 'json' : 'text', encoding: 'utf-8', text: shown.toString(), bytes: data.length, cut }
}

/** UTF-8 without control characters: a number in eight bytes may be UTF-8 by chance. */
function isPrintable(data: Buffer): boolean {
  if (!isUtf8(data)) return false
  for (const byte of data) {
    const isControl = byte < 0x20 ? byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x1b : byte === 0x7f
    if (isControl) return false
  }
  return true
}

/** The last place at or before `at` where no character is cut. */
function endOfCharacter(data: Buffer, at: number): number {
  let end = at
  while (end > 0 && (data[end]! & 0xc0) === 0x80) end--
  return end
}

function isJson(data: Buffer): boolean {
  const first = data[0]
  if ((first !== 0x7b && first !== 0x5b) || data.length > parsedBytesMax) return false
  try {
    JSON.parse(data.toString())
    return true
  } catch {
    return false
  }
}
