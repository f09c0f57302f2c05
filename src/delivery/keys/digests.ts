import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'
import { digestNames } from './key-digest.ts'

/** Words of 32 bits in a digest: the highest first. */
export const digestWords = 4

/** Digests of keys in ascending order, one after the other. */
export type Digests = Uint32Array

/** Of a table with the columns of the digest. */
export async function readDigests(connection: DuckDBConnection, table: string): Promise<Digests> {
  const names = digestNames.join(', ')
  const parts: Uint32Array[] = []
  const result = await connection.stream(`SELECT ${names} FROM ${table} ORDER BY ${names}`)
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    const [high, low] = [wordsOf(chunk.getColumnVector(0)), wordsOf(chunk.getColumnVector(1))]
    const words = new Uint32Array(chunk.rowCount * digestWords)
    for (let row = 0; row < chunk.rowCount; row++) placeDigest(words, row * digestWords, high, low, row)
    parts.push(words)
  }
  return joined(parts)
}

/** The words of a UBIGINT vector, low first: as they lie in memory. */
export function wordsOf(vector: DuckDBVector): Uint32Array {
  const { items } = vector as unknown as { readonly items: BigUint64Array }
  return new Uint32Array(items.buffer, items.byteOffset, items.length * 2)
}

export function placeDigest(target: Uint32Array, at: number, high: Uint32Array, low: Uint32Array, row: number): void {
  target[at] = high[2 * row + 1]!
  target[at + 1] = high[2 * row]!
  target[at + 2] = low[2 * row + 1]!
  target[at + 3] = low[2 * row]!
}

/** Below 0 when the digest at `a` comes before the one at `b`. */
export function compareDigests(left: Uint32Array, a: number, right: Uint32Array, b: number): number {
  for (let word = 0; word < digestWords; word++) {
    const difference = left[a + word]! - right[b + word]!
    if (difference !== 0) return difference
  }
  return 0
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
