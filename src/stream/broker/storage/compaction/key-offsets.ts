import { hashKey, type KeyHash } from './key-hash.ts'

/** A hash of 16 bytes and an offset of 8. */
const slotBytes = 24
/** Fuller, and a key is looked for in too many places. */
const loadMax = 0.75
const noOffset = -1

/**
 * The last offset of each key that was put in, in a fixed amount of memory. Keys are known by a hash of 128 bits. When it is full
 * it takes no new key: `end` says up to where it knows.
 */
export class KeyOffsets {
  readonly #hashes: Uint32Array
  readonly #offsets: Float64Array
  readonly #seed: number
  readonly #keysMax: number
  readonly #hash: KeyHash = new Uint32Array(4)
  #keys = 0
  /** Of all records below this offset the key is known. */
  end: number

  /** For as many keys as fit `bytes`, or for `keysExpected` when they are fewer. */
  constructor(start: number, { bytes, keysExpected, seed }: { bytes: number; keysExpected: number; seed: number }) {
    const slots = Math.max(16, Math.min(Math.floor(bytes / slotBytes), Math.ceil(keysExpected / loadMax) + 1))
    this.#hashes = new Uint32Array(slots * 4)
    this.#offsets = new Float64Array(slots).fill(noOffset)
    this.#keysMax = Math.floor(slots * loadMax)
    this.#seed = seed
    this.end = start
  }

  /** Offsets of one key must come in order. False when there is no room: then nothing is taken, and `end` stays. */
  put(buffer: Buffer, start: number, end: number, offset: number): boolean {
    const slot = this.#slotOf(buffer, start, end)
    if (this.#offsets[slot] === noOffset) {
      if (this.#keys >= this.#keysMax) return false
      this.#keys++
      this.#hashes.set(this.#hash, slot * 4)
    }
    this.#offsets[slot] = offset
    this.end = offset + 1
    return true
  }

  /** What lies before this offset was looked at; there may be no key in it. */
  passTo(offset: number): void {
    if (offset > this.end) this.end = offset
  }

  /** The last offset of the key below `end`; -1 when there is none. */
  lastOf(buffer: Buffer, start: number, end: number): number {
    return this.#offsets[this.#slotOf(buffer, start, end)]!
  }

  #slotOf(buffer: Buffer, start: number, end: number): number {
    const hash = this.#hash
    hashKey(buffer, start, end, this.#seed, hash)
    const slots = this.#offsets.length
    for (let slot = hash[0]! % slots; ; slot = slot + 1 === slots ? 0 : slot + 1)
      if (this.#offsets[slot] === noOffset || this.#holds(slot * 4)) return slot
  }

  #holds(at: number): boolean {
    const [hash, hashes] = [this.#hash, this.#hashes]
    return (
      hashes[at] === hash[0] && hashes[at + 1] === hash[1] && hashes[at + 2] === hash[2] && hashes[at + 3] === hash[3]
    )
  }
}
