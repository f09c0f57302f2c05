import { corrupt } from '../corrupt.ts'
import type { RecordCursor } from './record-cursor.ts'
import { readVarint } from './varint.ts'

export interface RecordHeader {
  readonly key: string
  readonly value: Buffer | null
}

/** The headers of the record that the cursor is at; keys may repeat. Throws WEIR-3001 for bytes that are none. */
export function readHeaders(cursor: RecordCursor): readonly RecordHeader[] {
  const { buffer, headersEnd } = cursor
  let at = cursor.headersStart
  const number = (): number => {
    const { value, next } = readVarint(buffer, at, headersEnd)
    at = next
    return value
  }
  const take = (length: number): number => {
    if (length > headersEnd - at) throw corrupt(`a record header of ${length} bytes, where ${headersEnd - at} are left`)
    const from = at
    at += length
    return from
  }
  const headers: RecordHeader[] = []
  for (let count = number(); count > 0; count--) {
    const keyLength = number()
    if (keyLength < 0) throw corrupt('a record header without a key')
    const keyStart = take(keyLength)
    const key = buffer.toString('utf8', keyStart, keyStart + keyLength)
    const length = number()
    headers.push({ key, value: length < 0 ? null : buffer.subarray(take(length), at) })
  }
  if (at !== headersEnd) throw corrupt('a record with bytes after its headers')
  return headers
}
