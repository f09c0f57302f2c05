import { join } from 'node:path'
import { JsonLines } from '../../record/json/json-lines.ts'
import type { TailReport } from '../../sql/engine-host.ts'
import { BlockCommit, type CommitPorts } from '../commit/block-commit.ts'
import { recordsIn } from '../block/counts.ts'
import { LineBlock } from '../block/line-block.ts'
import type { DeleteReader } from '../keys/read-delete.ts'
import { scanPlans, type ScanPlans } from '../keys/scan-plans.ts'
import { TailBlock, type TailFolder } from '../tail/tail-block.ts'
import type { TableView } from '../table/delivery-table.ts'
import type { DeliveryWorkerConfig } from './delivery-worker.ts'
import type { Position } from './positions.ts'

export interface SessionParts {
  readonly config: DeliveryWorkerConfig
  readonly epoch: number
  readonly view: TableView
  readonly positions: readonly Position[]
  readonly tail: TailFolder
  readonly commit: CommitPorts
  readonly now: () => number
  /** Called when `report` will not say any more what it said before. */
  readonly onChange: () => void
  /** Called for each parsed block. */
  readonly onParsed: (read: number, rejected: number) => void
}

/** A block of this many bytes is written in its final form at once. */
const bulkBytesMax = 32 * 1024 * 1024
/** One block is filled while another is parsed; their memory goes from one to the next. */
const lineBlocksKept = 1

/**
 * What one worker holds between two readings of the state: positions, lines, the tail. When what it starts from has moved, or
 * something fails on the way, the session is left and another one begins from the state; nothing of it was committed.
 */
export class Session {
  readonly parts: SessionParts
  readonly positions: ReadonlyMap<number, Position>
  readonly #ended = new AbortController()
  #plans: ScanPlans
  #view: TableView
  #lines: LineBlock
  readonly #spare: JsonLines[] = []
  #parsing: Promise<void> = Promise.resolve()
  #waiting = 0
  #waitingBytes = 0
  #waitingRecords = 0
  #open: TailBlock
  #closing: TailBlock | undefined
  #committing: Promise<string | null> | undefined
  #bases: ReadonlyMap<number, number>
  #isWidening = false

  constructor(parts: SessionParts) {
    this.parts = parts
    this.positions = new Map(parts.positions.map((position) => [position.partition, position]))
    this.#bases = new Map(parts.positions.map(({ partition, committed }) => [partition, committed]))
    this.#view = parts.view
    this.#plans = scanPlans(parts.view, parts.config.key)
    this.#lines = this.#newLines()
    this.#open = new TailBlock(parts.view, parts.tail)
  }

  /** Aborted with the reason when the session is over. */
  get signal(): AbortSignal {
    return this.#ended.signal
  }

  get lines(): LineBlock {
    return this.#lines
  }

  get view(): TableView {
    return this.#view
  }

  /** Of a table with a key: which records delete. */
  get deletes(): DeleteReader | undefined {
    return this.#plans.deletes
  }

  get bulkBytes(): number {
    return Math.min(bulkBytesMax, this.parts.config.flushBytes)
  }

  /** Read and not committed, in bytes as they came. */
  get pendingBytes(): number {
    return this.#lines.bytes + this.#waitingBytes + this.#open.bytes + (this.#closing?.bytes ?? 0)
  }

  get pendingRecords(): number {
    return this.#open.records + (this.#closing?.records ?? 0) + this.#waitingRecords + recordsIn(this.#lines.counts)
  }

  get segments(): number {
    return this.#open.segments.length + (this.#closing?.segments.length ?? 0)
  }

  /** The offset that is read next, as far as commits are known. */
  baseOf(partition: number): number | undefined {
    return this.#bases.get(partition)
  }

  /** When the oldest record came that is in no commit on its way. */
  get oldestAt(): number | undefined {
    return this.#open.beganAt ?? this.#lines.beganAt
  }

  get openBytes(): number {
    return this.#open.bytes + this.#waitingBytes + this.#lines.bytes
  }

  get isCommitting(): boolean {
    return this.#committing !== undefined
  }

  /** Whether all that was read is in the report. */
  get isReported(): boolean {
    return this.#lines.isEmpty && this.#waiting === 0 && !this.#isWidening && !this.signal.aborted
  }

  /** Records have come, or offsets were passed over. */
  moved(): void {
    this.parts.onChange()
  }

  end(reason: unknown): void {
    this.#ended.abort(reason)
    this.parts.onChange()
  }

  /** Hands the lines to DuckDB and goes on with empty ones; resolves when no earlier block waits to be parsed. */
  async cut(): Promise<void> {
    const before = this.#parsing
    if (!this.#lines.isEmpty) {
      const block = this.#lines
      this.#lines = this.#newLines()
      this.#waiting++
      this.#waitingBytes += block.bytes
      this.#waitingRecords += recordsIn(block.counts)
      this.#parsing = before.then(() => this.#parse(block))
      this.#parsing.catch((error: unknown) => this.end(error))
    }
    if (this.#waiting > 1) await before
  }

  async parsed(): Promise<void> {
    await this.cut()
    await this.#parsing
  }

  async #parse(block: LineBlock): Promise<void> {
    this.signal.throwIfAborted()
    const { bytes } = block
    const target = this.#open
    await target.take(block, block.lines.length >= this.bulkBytes / 2)
    if (this.#spare.length < lineBlocksKept && block.lines.capacity <= this.bulkBytes + 1024) {
      block.lines.clear()
      this.#spare.push(block.lines)
    }
    for (const { read, rejected } of block.counts.values()) this.parts.onParsed(read, rejected)
    this.#waiting--
    this.#waitingBytes -= bytes
    this.#waitingRecords -= recordsIn(block.counts)
    await target.merge()
  }

  /** Commits all that was read before the call. Gives the snapshot; null when there was nothing. */
  async commit(attempt: (commit: BlockCommit) => Promise<string>): Promise<string | null> {
    while (this.#committing) await this.#committing.catch(() => undefined)
    this.signal.throwIfAborted()
    this.#committing = this.#commitOpen(attempt).finally(() => {
      this.#committing = undefined
    })
    return this.#committing
  }

  async #commitOpen(attempt: (commit: BlockCommit) => Promise<string>): Promise<string | null> {
    const block = await this.#close()
    if (!block) return null
    const snapshotId = await attempt(new BlockCommit(block, this.parts.commit))
    // In one turn: a report has the old base with the rows, or the new one without them.
    this.#bases = new Map([...this.#bases, ...[...block.counts].map(([partition, { to }]) => [partition, to] as const)])
    this.#closing = undefined
    this.parts.onChange()
    await block.drop()
    return snapshotId
  }

  /** Takes its turn among the blocks that are parsed: no row may join a block once its commit has begun. */
  async #close(): Promise<TailBlock | undefined> {
    await this.cut()
    const closing = this.#parsing.then(() => {
      this.signal.throwIfAborted()
      if (this.#open.isEmpty) return undefined
      this.#closing = this.#open
      this.#open = new TailBlock(this.#view, this.parts.tail)
      return this.#closing
    })
    this.#parsing = closing.then(() => undefined)
    this.#parsing.catch((error: unknown) => this.end(error))
    return closing
  }

  /** Whether columns are being added to the table at the moment. */
  get isWidening(): boolean {
    return this.#isWidening
  }

  /** Goes on with the table that `add` gives, which has more columns; everything read before was committed. */
  async widen(add: () => Promise<TableView>): Promise<void> {
    this.#isWidening = true
    this.parts.onChange()
    const view = await add().finally(() => {
      this.#isWidening = false
    })
    this.#view = view
    this.#plans = scanPlans(view, this.parts.config.key)
    this.#spare.length = 0
    this.#lines = this.#newLines()
    this.#open = new TailBlock(view, this.parts.tail)
  }

  report(): TailReport {
    const { config, epoch, tail } = this.parts
    const blocks = this.#closing ? [this.#closing, this.#open] : [this.#open]
    const partitions = [...this.positions.values()].map(({ partition, readyAt }) => {
      const base = this.#bases.get(partition)!
      const end = blocks.reduce((place, block) => block.counts.get(partition)?.to ?? place, base)
      return { partition, base: String(base), end: String(end), ready: end >= readyAt }
    })
    const segments = blocks.flatMap((block) => block.segments.map(({ path, rows }) => ({ path, rows })))
    const { schemaId } = this.#view
    return {
      delivery: config.delivery,
      table: config.table,
      source: tail.source,
      epoch,
      schemaId,
      partitions,
      segments,
      ...(config.key ? { key: config.key.columns } : {}),
    }
  }

  #newLines(): LineBlock {
    const ignores = this.parts.config.onNewField === 'ignore'
    const { record, key } = this.#plans
    return new LineBlock(() => this.#spare.pop() ?? new JsonLines(record, this.bulkBytes, ignores, key))
  }
}

export function epochFolder(config: DeliveryWorkerConfig, epoch: number): string {
  return join(config.tailDirectory, String(epoch))
}
