import { corrupt } from '../corrupt.ts'

/** Zigzag varints as records have them; exact to 2^53. */
export function readVarint(buffer: Buffer, at: number, end: number): { readonly value: number; readonly next: number } {
  let value = 0
  let scale = 1
  for (let next = at; next < end && scale < 2 ** 70; scale *= 128) {
    const byte = buffer[next++]!
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, next }
  }
  throw corrupt('a record with a number that has no end')
}

/** Writes at `at`, where there must be room for 10 bytes; gives the position after. */
export function writeVarint(buffer: Buffer, at: number, value: number): number {
  let rest = value >= 0 ? value * 2 : value * -2 - 1
  let next = at
  while (rest > 0x7f) {
    buffer[next++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  buffer[next++] = rest
  return next
}

export function varintBytes(value: number): number {
  let rest = value >= 0 ? value * 2 : value * -2 - 1
  let bytes = 1
  while (rest > 0x7f) {
    bytes++
    rest = Math.floor(rest / 128)
  }
  return bytes
}
