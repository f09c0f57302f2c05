import type { DuckDBConnection } from '@duckdb/node-api'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { literal } from '../../lake/types/duckdb-type.ts'
import { joinCounts, noCounts, recordsIn, rejectMore, type Counts } from '../block/counts.ts'
import type { LineBlock } from '../block/line-block.ts'
import { withDeleted, type DeleteRule } from '../keys/table-key.ts'
import type { TableView } from '../table/delivery-table.ts'
import { parseBlock, writeSegment } from './parse-block.ts'
import type { Segment } from './segment.ts'

/** So many segments of one level become one of the next: every row is written again once for each level. */
const fanIn = 8

export interface TailFolder {
  readonly connection: DuckDBConnection
  readonly folder: string
  /** Blocks of lines go through this file, one at a time. */
  readonly linesFile: string
  /** The topic's id. */
  readonly source: string
  /** Of a table with a key. */
  readonly deletes?: DeleteRule | undefined
  /** A name that was not given before. */
  nextName(): string
}

/** Parsed rows and letters that will be one commit, all accepted under the schema of one view. */
export class TailBlock {
  readonly view: TableView
  readonly #tail: TailFolder
  #segments: readonly Segment[] = []
  #counts: Counts = noCounts
  readonly #letters = new Map<number, Buffer[]>()
  #bytes = 0
  #beganAt: number | undefined

  constructor(view: TableView, tail: TailFolder) {
    this.view = view
    this.#tail = tail
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  get counts(): Counts {
    return this.#counts
  }

  get letters(): ReadonlyMap<number, readonly Buffer[]> {
    return this.#letters
  }

  /** As they came, accepted and rejected. */
  get bytes(): number {
    return this.#bytes
  }

  get records(): number {
    return recordsIn(this.#counts)
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0
  }

  get beganAt(): number | undefined {
    return this.#beganAt
  }

  /** Parses the lines and takes all of the block over, or throws and takes nothing. One call at a time. */
  async take(block: LineBlock, bulk: boolean): Promise<void> {
    const { lines } = block
    const { connection, folder, linesFile, source, deletes } = this.#tail
    const request = {
      connection,
      folder,
      linesFile,
      source,
      view: this.view,
      lines: lines.bytes,
      longestLine: lines.longest,
      // Of a table with a key a commit writes the last rows of each key.
      bulk: bulk && deletes === undefined,
      deletes,
    }
    const parsed =
      lines.rows === 0
        ? { segments: [], culprits: new Map<number, readonly Buffer[]>() }
        : await parseBlock({ ...request, name: this.#tail.nextName() })
    const culprits = new Map([...parsed.culprits].map(([partition, letters]) => [partition, letters.length]))
    this.#segments = [...this.#segments, ...parsed.segments]
    this.#counts = joinCounts(this.#counts, rejectMore(block.counts, culprits))
    for (const letters of [block.letters, parsed.culprits])
      for (const [partition, added] of letters)
        this.#letters.set(partition, [...(this.#letters.get(partition) ?? []), ...added])
    this.#bytes += block.bytes
    this.#beganAt ??= block.beganAt
  }

  /** Merges until no level has `fanIn` segments. */
  async merge(): Promise<void> {
    for (let level = 0; level < 8; level++) {
      const small = this.#segments.filter((segment) => segment.level === level)
      if (small.length < fanIn) continue
      const { connection, folder, deletes } = this.#tail
      const path = join(folder, `${this.#tail.nextName()}.parquet`)
      const schema = deletes ? withDeleted(this.view.schema) : this.view.schema
      const merged = await writeSegment(connection, { schema }, selectFrom(small), path, level + 1)
      this.#segments = [...this.#segments.filter((segment) => segment.level !== level), merged]
      await removeSegments(small)
    }
  }

  /** After the commit is known, or when the block is discarded (delivery.md, rule 14). */
  async drop(): Promise<void> {
    const dropped = this.#segments
    this.#segments = []
    await removeSegments(dropped)
  }
}

/** All rows of these segments, which have the same columns. */
export function selectFrom(segments: readonly Segment[]): string {
  return `SELECT * FROM read_parquet([${segments.map(({ path }) => literal(path)).join(', ')}])`
}

async function removeSegments(segments: readonly Segment[]): Promise<void> {
  // A final file that was adopted is no longer under the name that it was written to.
  const paths = segments.flatMap(({ path, final }) => (final ? [path, final.path] : [path]))
  await Promise.all(paths.map((path) => rm(path, { force: true })))
}
