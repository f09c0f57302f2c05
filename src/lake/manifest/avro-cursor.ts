import { type Long, toLong } from '../json.ts'

/** A place in bytes that Avro values are read from. Each call reads one value and moves on; RangeError when it is cut short. */
export class AvroCursor {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new RangeError('a value is cut short')
    return byte
  }

  /** An int or a long (zigzag); a bigint only where a number is not exact. */
  long(): Long {
    const first = this.byte()
    if (first < 128) return (first >>> 1) ^ -(first & 1)
    let low = first & 127
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.byte()
      low |= (byte & 127) << shift
      if (byte < 128) return (low >>> 1) ^ -(low & 1)
    }
    return this.#large(low)
  }

  /** The rest of a value of which the lowest 28 bits are known. */
  #large(low: number): Long {
    let high = 0
    for (let count = 0, factor = 1; count < 3; count++, factor *= 128) {
      const byte = this.byte()
      high += (byte & 127) * factor
      if (byte >= 128) continue
      const whole = high * 2 ** 28 + low
      return low & 1 ? -(whole + 1) / 2 : whole / 2
    }
    return this.#exact(this.at - 7)
  }

  /** Beyond 49 bits. */
  #exact(start: number): Long {
    this.skipLong()
    if (this.at - start > 10) throw new RangeError('a number has more than 64 bits')
    let value = 0n
    for (let at = this.at - 1; at >= start; at--) value = (value << 7n) | BigInt(this.bytes[at]! & 127)
    return toLong(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)))
  }

  /** The length of what follows, which must be there. */
  length(): number {
    const length = Number(this.long())
    if (length < 0 || this.at + length > this.bytes.length) throw new RangeError('a value is cut short')
    return length
  }

  /** A view, not a copy. */
  slice(length: number): Buffer {
    const start = this.at
    this.at += length
    if (this.at > this.bytes.length) throw new RangeError('a value is cut short')
    return this.bytes.subarray(start, this.at)
  }

  skipLong(): void {
    while (this.byte() >= 128);
  }
}
