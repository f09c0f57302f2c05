import { AvroCursor } from './avro-cursor.ts'
import type { ById } from './data-file.ts'

type ValueKind = 'long' | 'bytes'

/** Passes over an array of pairs in blocks. */
export function skipPairs(cursor: AvroCursor, value: ValueKind): void {
  for (let count = Number(cursor.long()); count !== 0; count = Number(cursor.long())) {
    if (count < 0) skipBytes(cursor)
    for (let left = count; left > 0; left--) {
      cursor.skipLong()
      skipValue(cursor, value)
    }
  }
}

function skipValue(cursor: AvroCursor, value: ValueKind): void {
  if (value === 'long') cursor.skipLong()
  else skipBytes(cursor)
}

function skipBytes(cursor: AvroCursor): void {
  const length = cursor.length()
  cursor.at += length
}

/** A map by field id over an array of pairs, which begins at `start`. */
export function pairsInBytes(bytes: Buffer, start: number, value: ValueKind): ById<number | Buffer> {
  return new PairsInBytes(bytes, start, value)
}

class PairsInBytes implements ById<number | Buffer> {
  readonly #bytes: Buffer
  readonly #start: number
  readonly #value: ValueKind

  constructor(bytes: Buffer, start: number, value: ValueKind) {
    this.#bytes = bytes
    this.#start = start
    this.#value = value
  }

  *[Symbol.iterator](): Generator<[number, number | Buffer], undefined> {
    const cursor = new AvroCursor(this.#bytes, this.#start)
    for (let count = Number(cursor.long()); count !== 0; count = Number(cursor.long())) {
      if (count < 0) cursor.skipLong()
      for (let left = Math.abs(count); left > 0; left--) yield [Number(cursor.long()), this.#read(cursor)]
    }
    return undefined
  }

  get(id: number): number | Buffer | undefined {
    const cursor = new AvroCursor(this.#bytes, this.#start)
    for (let count = Number(cursor.long()); count !== 0; count = Number(cursor.long())) {
      if (count < 0) cursor.skipLong()
      for (let left = Math.abs(count); left > 0; left--) {
        if (cursor.long() === id) return this.#read(cursor)
        skipValue(cursor, this.#value)
      }
    }
    return undefined
  }

  #read(cursor: AvroCursor): number | Buffer {
    return this.#value === 'long' ? Number(cursor.long()) : cursor.slice(cursor.length())
  }

  has(id: number): boolean {
    return this.get(id) !== undefined
  }

  get size(): number {
    return new Map(this).size
  }

  entries(): MapIterator<[number, number | Buffer]> {
    return new Map(this).entries()
  }

  keys(): MapIterator<number> {
    return new Map(this).keys()
  }

  values(): MapIterator<number | Buffer> {
    return new Map(this).values()
  }

  forEach(call: (value: number | Buffer, id: number, map: ReadonlyMap<number, number | Buffer>) => void): void {
    for (const [id, value] of this) call(value, id, this)
  }
}
