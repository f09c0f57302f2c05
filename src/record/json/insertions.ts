/** What is put between the bytes of a record once it was read: quotes around numbers, members that it lacks. */
export class Insertions {
  /** In the order of the record. */
  readonly #places: number[] = []
  readonly #texts: Uint8Array[] = []
  #bytes = 0

  get isEmpty(): boolean {
    return this.#places.length === 0
  }

  /** Of all that is put in. */
  get bytes(): number {
    return this.#bytes
  }

  clear(): void {
    if (this.isEmpty) return
    this.#places.length = 0
    this.#texts.length = 0
    this.#bytes = 0
  }

  /** In front of the byte at `place`, behind all that was added before. */
  add(place: number, text: Uint8Array): void {
    this.#places.push(place)
    this.#texts.push(text)
    this.#bytes += text.length
  }

  quote(from: number, to: number): void {
    this.add(from, quote)
    this.add(to, quote)
  }

  /** Makes room in the bytes up to `end`, last place first, and gives the new end. The buffer must be long enough. */
  apply(buffer: Uint8Array, end: number): number {
    let right = end
    let room = this.#bytes
    for (let at = this.#places.length - 1; at >= 0; at--) {
      const place = this.#places[at]!
      const text = this.#texts[at]!
      buffer.copyWithin(place + room, place, right)
      room -= text.length
      buffer.set(text, place + room)
      right = place
    }
    return end + this.#bytes
  }
}

const quote = Uint8Array.of(34)
