/** Bytes that grow, big-endian as PostgreSQL's protocol wants them. One instance is used over and over for many messages. */
export class ByteWriter {
  bytes: Buffer
  at = 0

  constructor(capacity = 16 * 1024) {
    this.bytes = Buffer.allocUnsafe(capacity)
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + count))
    this.bytes.copy(grown, 0, 0, this.at)
    this.bytes = grown
  }

  int8(value: number): void {
    this.reserve(1)
    this.bytes[this.at++] = value
  }

  int16(value: number): void {
    this.reserve(2)
    this.bytes[this.at] = value >> 8
    this.bytes[this.at + 1] = value
    this.at += 2
  }

  int32(value: number): void {
    this.reserve(4)
    this.setInt32(this.at, value)
    this.at += 4
  }

  setInt32(at: number, value: number): void {
    const { bytes } = this
    bytes[at] = value >> 24
    bytes[at + 1] = value >> 16
    bytes[at + 2] = value >> 8
    bytes[at + 3] = value
  }

  /** A text with its length in front. */
  lengthAndText(text: string): void {
    this.reserve(4 + text.length * 3)
    const written = this.bytes.write(text, this.at + 4)
    this.setInt32(this.at, written)
    this.at += 4 + written
  }

  /** The same for text that is ASCII for certain. */
  lengthAndAscii(text: string): void {
    this.reserve(4 + text.length)
    this.setInt32(this.at, text.length)
    this.bytes.write(text, this.at + 4, 'latin1')
    this.at += 4 + text.length
  }

  lengthAndBytes(value: Uint8Array): void {
    this.int32(value.length)
    this.raw(value)
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  /** A text that ends with a zero byte; zero bytes inside are left out. */
  cString(text: string): void {
    this.raw(Buffer.from(`${text.replaceAll('\0', '')}\0`))
  }

  /** What was written, copied; the writer starts anew. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.at))
    this.at = 0
    return taken
  }

  /** What was written, without a copy: the writer lets go of its bytes. */
  detach(capacity: number): Buffer {
    const taken = this.bytes.subarray(0, this.at)
    this.bytes = Buffer.allocUnsafeSlow(capacity)
    this.at = 0
    return taken
  }
}
