import { corrupt } from './corrupt.ts'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * Reads the protocol's primitive types one after the other. It never reads past `end`, never allocates by an announced
 * length, and throws WEIR-3001 when the bytes run out. What it returns as Buffer are views, valid as long as the input.
 */
export class Reader {
  readonly buffer: Buffer
  position: number
  end: number

  constructor(buffer: Buffer, position = 0, end = buffer.length) {
    this.buffer = buffer
    this.position = position
    this.end = end
  }

  get remaining(): number {
    return this.end - this.position
  }

  /** Moves on by `length` bytes and returns where they begin. */
  take(length: number): number {
    const at = this.position
    if (length < 0 || length > this.end - at)
      throw corrupt(`${length} bytes expected at byte ${at}, where ${this.end - at} are left`)
    this.position = at + length
    return at
  }

  bool(): boolean {
    return this.buffer[this.take(1)] !== 0
  }

  int8(): number {
    return this.buffer.readInt8(this.take(1))
  }

  int16(): number {
    return this.buffer.readInt16BE(this.take(2))
  }

  uint16(): number {
    return this.buffer.readUInt16BE(this.take(2))
  }

  int32(): number {
    return this.buffer.readInt32BE(this.take(4))
  }

  /** As a number: exact to 2^53, rounded beyond, which no offset, time or id reaches. */
  int64(): number {
    const at = this.take(8)
    return this.buffer.readInt32BE(at) * 4294967296 + this.buffer.readUInt32BE(at + 4)
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.take(8))
  }

  /** As text in lower case: 01234567-89ab-cdef-0123-456789abcdef. */
  uuid(): string {
    const at = this.take(16)
    let text = ''
    for (let index = 0; index < 16; index++) {
      if (index === 4 || index === 6 || index === 8 || index === 10) text += '-'
      text += hex[this.buffer[at + index]!]
    }
    return text
  }

  unsignedVarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.take(1)]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0xffffffff) break
        return value
      }
    }
    throw corrupt(`a varint at byte ${this.position - 1} has more than 32 bits`)
  }

  text(length: number): string {
    const at = this.take(length)
    return this.buffer.toString('utf8', at, at + length)
  }

  bytes(length: number): Buffer {
    const at = this.take(length)
    return this.buffer.subarray(at, at + length)
  }
}
