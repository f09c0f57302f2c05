import { UndecodableValue } from '../undecodable-value.ts'

/** Reads Avro's binary encoding from the front; throws UndecodableValue where the bytes end too early. */
export interface AvroReader {
  readonly left: number
  boolean(): boolean
  /** Of at most 64 bits. */
  long(): bigint
  /** A length or an index: small, and not negative. */
  count(what: string): number
  float(): number
  double(): number
  fixed(size: number): Buffer
  bytes(): Buffer
}

export function createAvroReader(bytes: Buffer): AvroReader {
  let at = 0

  function take(size: number): number {
    if (size > bytes.length - at)
      throw new UndecodableValue(`${size} bytes are needed where ${bytes.length - at} are left`)
    at += size
    return at - size
  }

  function long(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[take(1)]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
    }
    throw new UndecodableValue('a number of more than ten bytes')
  }

  function count(what: string): number {
    const value = long()
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new UndecodableValue(`${what} of ${value}`)
    return Number(value)
  }

  function fixed(size: number): Buffer {
    const start = take(size)
    return bytes.subarray(start, start + size)
  }

  return {
    get left() {
      return bytes.length - at
    },
    boolean: () => bytes[take(1)] === 1,
    long,
    count,
    float: () => bytes.readFloatLE(take(4)),
    double: () => bytes.readDoubleLE(take(8)),
    fixed,
    bytes: () => fixed(count('a length')),
  }
}
