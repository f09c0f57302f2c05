import { assert } from '../../kernel/assert.ts'

/** From this length on a Buffer is passed on as it is instead of being copied. */
const referenceBytesMin = 2048
const uuidDashes = /-/g

/**
 * Writes the protocol's primitive types one after the other. Large byte fields are not copied: `finish` gives a list of
 * buffers for one vectored write, and the caller must not change them until they are sent.
 */
export class Writer {
  #buffer: Buffer
  #start = 0
  #position = 0
  #finished: Buffer[] = []
  #finishedBytes = 0

  constructor(capacity = 512) {
    this.#buffer = Buffer.allocUnsafe(capacity)
  }

  /** Bytes written so far. */
  get byteLength(): number {
    return this.#finishedBytes + this.#position - this.#start
  }

  /** Everything written, in order. The writer is not used after. */
  finish(): Buffer[] {
    this.#cut()
    return this.#finished
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  int8(value: number): void {
    const at = this.#reserve(1)
    this.#buffer[at] = value
  }

  int16(value: number): void {
    const at = this.#reserve(2)
    this.#buffer.writeInt16BE(value, at)
  }

  uint16(value: number): void {
    const at = this.#reserve(2)
    this.#buffer.writeUInt16BE(value, at)
  }

  int32(value: number): void {
    const at = this.#reserve(4)
    this.#buffer.writeInt32BE(value, at)
  }

  /** Exact to 2^53; what rounding took past the largest int64 is that largest. */
  int64(value: number): void {
    const at = this.#reserve(8)
    if (value >= 2 ** 63) {
      this.#buffer.writeBigInt64BE(0x7fffffffffffffffn, at)
      return
    }
    this.#buffer.writeInt32BE(Math.floor(value / 4294967296), at)
    this.#buffer.writeUInt32BE(
      value >= 0 ? value % 4294967296 : ((value % 4294967296) + 4294967296) % 4294967296,
      at + 4,
    )
  }

  float64(value: number): void {
    const at = this.#reserve(8)
    this.#buffer.writeDoubleBE(value, at)
  }

  uuid(text: string): void {
    const at = this.#reserve(16)
    const written = this.#buffer.write(text.replace(uuidDashes, ''), at, 16, 'hex')
    assert(written === 16, `"${text}" is a UUID`)
  }

  unsignedVarint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.int8((rest & 0x7f) | 0x80)
      rest = Math.floor(rest / 128)
    }
    this.int8(rest)
  }

  text(value: string, byteLength: number): void {
    const at = this.#reserve(byteLength)
    this.#buffer.write(value, at, byteLength, 'utf8')
  }

  bytes(value: Buffer): void {
    if (value.length >= referenceBytesMin) {
      this.#cut()
      this.#finished.push(value)
      this.#finishedBytes += value.length
      return
    }
    const at = this.#reserve(value.length)
    value.copy(this.#buffer, at)
  }

  /** What another writer wrote. */
  append(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) this.bytes(buffer)
  }

  #reserve(length: number): number {
    if (this.#position + length > this.#buffer.length) {
      this.#cut()
      this.#buffer = Buffer.allocUnsafe(Math.max(length, Math.min(this.#buffer.length * 2, 65536)))
      this.#start = this.#position = 0
    }
    const at = this.#position
    this.#position += length
    return at
  }

  #cut(): void {
    if (this.#position === this.#start) return
    const done = this.#buffer.subarray(this.#start, this.#position)
    this.#finished.push(done)
    this.#finishedBytes += done.length
    this.#start = this.#position
  }
}
