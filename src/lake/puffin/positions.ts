/** Rows of one block: numbers that share all bits but the last 16. */
export const blockRows = 65_536
const blockBytes = blockRows / 8

/**
 * Numbers of rows, from 0 on, as bits: by `floor(position / 65536)` a block of 8 KB, the lowest bit of a byte first. Blocks are
 * in ascending order and none is empty. A file of a million rows takes 16 blocks at most.
 */
export type Positions = ReadonlyMap<number, Buffer>

/** The same position may come twice. */
export function positionsOf(numbers: Iterable<number>): Positions {
  const blocks = new Map<number, Buffer>()
  for (const number of numbers) setPosition(blocks, number)
  return inOrder(blocks)
}

function setPosition(blocks: Map<number, Buffer>, position: number): void {
  const at = Math.floor(position / blockRows)
  let bits = blocks.get(at)
  if (bits === undefined) blocks.set(at, (bits = Buffer.alloc(blockBytes)))
  const within = position % blockRows
  bits[within >> 3]! |= 1 << (within & 7)
}

/** Positions of either: a new vector has to hold those of the one before (specification, deletion vectors). */
export function mergedPositions(a: Positions, b: Positions): Positions {
  const blocks = new Map(a)
  for (const [at, bits] of b) {
    const known = blocks.get(at)
    blocks.set(at, known === undefined ? bits : Buffer.from(bits.map((byte, index) => byte | known[index]!)))
  }
  return inOrder(blocks)
}

export function inOrder(blocks: ReadonlyMap<number, Buffer>): Positions {
  return new Map([...blocks].sort(([a], [b]) => a - b))
}

export function countPositions(positions: Positions): number {
  return [...positions.values()].reduce((sum, bits) => sum + countBits(bits), 0)
}

export function countBits(bits: Buffer): number {
  let count = 0
  for (let byte of bits) for (; byte !== 0; byte &= byte - 1) count++
  return count
}

/** The numbers within a block, ascending. */
export function* bitsSet(bits: Buffer): Iterable<number> {
  for (let at = 0; at < bits.length; at++)
    for (let bit = 0; bit < 8; bit++) if ((bits[at]! >> bit) & 1) yield at * 8 + bit
}

export function emptyBlock(): Buffer {
  return Buffer.alloc(blockBytes)
}

/** All of them, ascending. */
export function* numbersIn(positions: Positions): Iterable<number> {
  for (const [block, bits] of positions) for (const within of bitsSet(bits)) yield block * blockRows + within
}

export function hasPosition(positions: Positions, number: number): boolean {
  const bits = positions.get(Math.floor(number / blockRows))
  const within = number % blockRows
  return bits !== undefined && ((bits[within >> 3]! >> (within & 7)) & 1) === 1
}
