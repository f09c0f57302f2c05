import { bitsSet, blockRows, countBits, emptyBlock, inOrder, type Positions } from './positions.ts'

/**
 * The portable format of 64-bit Roaring bitmaps: a count of 32-bit bitmaps, each behind its key (RoaringFormatSpec). A block of
 * positions is what Roaring calls a container.
 */
const [cookiePlain, cookieRuns] = [12_346, 12_347]
/** A container of more is a bitset of 8 KB, one of fewer a list. */
const listMax = 4096
/** With runs, the offsets of few containers are left out. */
const offsetsMin = 4
const blocksPerBitmap = 0x1_0000
/** Positions have 63 bits, and JavaScript counts rows up to 2^53: the highest key of a bitmap. */
const keyMax = 2 ** 21 - 1

/** `RangeError` for what is no such bitmap. */
export function decodeRoaring(bytes: Buffer): Positions {
  const reader = new Reader(bytes)
  const blocks = new Map<number, Buffer>()
  const bitmaps = reader.uint64()
  let before = -1
  for (let left = bitmaps; left > 0n; left--) {
    const key = reader.uint32()
    if (key <= before || key > keyMax) throw new RangeError(`the key ${key} of a bitmap follows ${before}`)
    before = key
    readBitmap(reader, key * blocksPerBitmap, blocks)
  }
  if (reader.left > 0) throw new RangeError(`${reader.left} bytes follow the last bitmap`)
  return inOrder(blocks)
}

function readBitmap(reader: Reader, firstBlock: number, blocks: Map<number, Buffer>): void {
  const cookie = reader.uint32()
  const withRuns = (cookie & 0xffff) === cookieRuns
  if (!withRuns && cookie !== cookiePlain) throw new RangeError(`a bitmap begins with ${cookie}`)
  const count = withRuns ? (cookie >>> 16) + 1 : reader.uint32()
  if (count > blocksPerBitmap) throw new RangeError(`a bitmap has ${count} containers`)
  const runs = withRuns ? reader.take(Math.ceil(count / 8)) : Buffer.alloc(Math.ceil(count / 8))
  const headers = Array.from({ length: count }, () => ({ key: reader.uint16(), rows: reader.uint16() + 1 }))
  if (!withRuns || count >= offsetsMin) reader.take(4 * count)
  for (const [at, { key, rows }] of headers.entries()) {
    if (at > 0 && key <= headers[at - 1]!.key) throw new RangeError(`the container ${key} is out of order`)
    const bits = (runs[at >> 3]! >> (at & 7)) & 1 ? readRuns(reader) : readContainer(reader, rows)
    if (countBits(bits) !== rows) throw new RangeError(`the container ${key} has ${countBits(bits)} rows, not ${rows}`)
    blocks.set(firstBlock + key, bits)
  }
}

function readContainer(reader: Reader, rows: number): Buffer {
  const bits = emptyBlock()
  if (rows > listMax) return Buffer.from(reader.take(bits.length))
  for (let left = rows; left > 0; left--) setBit(bits, reader.uint16())
  return bits
}

function readRuns(reader: Reader): Buffer {
  const bits = emptyBlock()
  for (let left = reader.uint16(); left > 0; left--) {
    const from = reader.uint16()
    const to = from + reader.uint16()
    if (to >= blockRows) throw new RangeError(`a run ends at ${to}`)
    for (let at = from; at <= to; at++) setBit(bits, at)
  }
  return bits
}

function setBit(bits: Buffer, at: number): void {
  bits[at >> 3]! |= 1 << (at & 7)
}

/** Lists and bitsets; no runs, which every reader takes as well. */
export function encodeRoaring(positions: Positions): Buffer {
  const bitmaps = Map.groupBy(positions, ([block]) => Math.floor(block / blocksPerBitmap))
  const parts = Array.from(bitmaps, ([key, blocks]) => Buffer.concat([uint32(key), encodeBitmap(blocks)]))
  const count = Buffer.alloc(8)
  count.writeBigUInt64LE(BigInt(bitmaps.size))
  return Buffer.concat([count, ...parts])
}

function encodeBitmap(blocks: readonly (readonly [block: number, bits: Buffer])[]): Buffer {
  const containers = blocks.map(([block, bits]) => ({ key: block % blocksPerBitmap, rows: countBits(bits), bits }))
  const bodies = containers.map(({ rows, bits }) => (rows > listMax ? bits : uint16(...bitsSet(bits))))
  const headers = uint16(...containers.flatMap(({ key, rows }) => [key, rows - 1]))
  let offset = 8 + headers.length + 4 * containers.length
  const offsets = bodies.map((body) => {
    const own = uint32(offset)
    offset += body.length
    return own
  })
  return Buffer.concat([uint32(cookiePlain), uint32(containers.length), headers, ...offsets, ...bodies])
}

function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [at, value] of values.entries()) bytes.writeUInt16LE(value, 2 * at)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  take(length: number): Buffer {
    if (length > this.left) throw new RangeError(`the bitmap ends at byte ${this.#bytes.length}, before it is whole`)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  uint16(): number {
    return this.take(2).readUInt16LE()
  }

  uint32(): number {
    return this.take(4).readUInt32LE()
  }

  uint64(): bigint {
    return this.take(8).readBigUInt64LE()
  }
}
