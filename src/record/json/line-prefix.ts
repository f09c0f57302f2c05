/** Names of the prefix columns in a line: short, for DuckDB reads them in each one. No record can have them: `_` is reserved. */
export const prefixColumns = { offset: '_o', timestamp: '_t', partition: '_p', deleted: '_d' } as const

/**
 * What begins a line: `{"_o":17,"_t":1700000000000,"_p":3,`. Most records follow the one before by one offset, with a
 * timestamp of its own or the same: digits are changed in place instead of being written anew. A line that says that a key is
 * deleted has `"_d":true,` besides.
 */
export class LinePrefix {
  bytes: Uint8Array = new Uint8Array(0)
  #offset = -2
  #timestamp = -2
  #partition = -2
  #deleted = false
  /** The place of the offset's last digit. */
  #lastDigit = 0

  moveTo(offset: number, timestamp: number, partition: number, deleted = false): void {
    const isNext =
      offset === this.#offset + 1 &&
      timestamp === this.#timestamp &&
      partition === this.#partition &&
      deleted === this.#deleted
    this.#offset = offset
    if (isNext && this.#increment()) return
    this.#deleted = deleted
    this.#timestamp = timestamp
    this.#partition = partition
    const { offset: o, timestamp: t, partition: p, deleted: d } = prefixColumns
    const head = `{"${o}":${offset}`
    this.#lastDigit = head.length - 1
    const mark = deleted ? `"${d}":true,` : ''
    this.bytes = Buffer.from(`${head},"${t}":${timestamp},"${p}":${partition},${mark}`, 'latin1')
  }

  /** False when there would be a digit more. */
  #increment(): boolean {
    const { bytes } = this
    for (let at = this.#lastDigit; ; at--) {
      const digit = bytes[at]!
      if (digit === 58) return false
      if (digit < 57) {
        bytes[at] = digit + 1
        return true
      }
      bytes[at] = 48
    }
  }
}
