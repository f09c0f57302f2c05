import type { DuckDBVector } from '@duckdb/node-api'

/**
 * The memory behind a vector. node-api makes an object of each value; the encoders of the usual types read the numbers where
 * they lie. Its vectors keep them in fields that TypeScript hides: `column-encoder.test.ts` fails if they ever move.
 */
interface VectorFields {
  readonly items?: Exclude<NodeJS.TypedArray, BigUint64Array>
  readonly dataView?: DataView
  readonly validity: { readonly data: BigUint64Array | null; readonly offset: number }
}

export function numbersOf<T extends NodeJS.TypedArray>(vector: DuckDBVector): T {
  const { items } = vector as unknown as VectorFields
  if (!items) throw new Error(`no numbers in a vector of ${vector.type.toString()}`)
  return items as unknown as T
}

/** 64-bit integers as pairs of 32 bits, low first: a BigInt for each value would cost more than its text. */
export function halvesOf(vector: DuckDBVector): Int32Array {
  const items = numbersOf<BigInt64Array>(vector)
  return new Int32Array(items.buffer, items.byteOffset, items.length * 2)
}

/** The 16-byte string headers of VARCHAR and BLOB: length, then up to 12 bytes in place. */
export function bytesOf(vector: DuckDBVector): Uint8Array {
  const { dataView } = vector as unknown as VectorFields
  if (!dataView) throw new Error(`no bytes in a vector of ${vector.type.toString()}`)
  return new Uint8Array(dataView.buffer, dataView.byteOffset, dataView.byteLength)
}

/** One bit for each row, set when it is not null; undefined when none is null. */
export function validityOf(vector: DuckDBVector): Uint8Array | undefined {
  const { validity } = vector as unknown as VectorFields
  if (!validity.data) return undefined
  return new Uint8Array(validity.data.buffer, validity.data.byteOffset, validity.data.byteLength)
}
