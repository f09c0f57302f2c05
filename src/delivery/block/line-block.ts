import type { JsonLines } from '../../record/json/json-lines.ts'
import { joinCounts, noCounts, type Counts, type PartitionCount } from './counts.ts'

/** Records on their way to DuckDB: accepted ones as lines, the others as lines of letter files, and how many there are. */
export class LineBlock {
  readonly #takeLines: () => JsonLines
  #lines: JsonLines | undefined
  #counts: Counts = noCounts
  readonly #letters = new Map<number, Buffer[]>()
  #letterBytes = 0
  #beganAt: number | undefined

  /** What is taken is empty, and nobody else's until the block was parsed. */
  constructor(takeLines: () => JsonLines) {
    this.#takeLines = takeLines
  }

  /** Taken when the first is asked for: the block before may have to give its memory back first. */
  get lines(): JsonLines {
    return (this.#lines ??= this.#takeLines())
  }

  get counts(): Counts {
    return this.#counts
  }

  /** Lines of NDJSON, by partition. */
  get letters(): ReadonlyMap<number, readonly Buffer[]> {
    return this.#letters
  }

  get bytes(): number {
    return (this.#lines?.length ?? 0) + this.#letterBytes
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0
  }

  /** When the first record came, on the clock of whoever calls `add`. */
  get beganAt(): number | undefined {
    return this.#beganAt
  }

  add(partition: number, count: PartitionCount, letters: readonly Buffer[], now: number): void {
    this.#beganAt ??= now
    this.#counts = joinCounts(this.#counts, new Map([[partition, count]]))
    if (letters.length === 0) return
    const known = this.#letters.get(partition) ?? []
    for (const letter of letters) {
      known.push(letter)
      this.#letterBytes += letter.length
    }
    this.#letters.set(partition, known)
  }
}
