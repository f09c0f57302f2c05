import type { DuckDBConnection } from '@duckdb/node-api'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { LetterFile } from '../../record/delivery-state.ts'
import { copyFinal } from '../tail/parse-block.ts'
import type { Segment } from '../tail/segment.ts'
import { selectFrom, type TailBlock } from '../tail/tail-block.ts'
import type { AdoptedFile, DeliveryTable, LocalDataFile, TableView } from '../table/delivery-table.ts'
import type { CountRows } from './count-rows.ts'
import { judgeTable } from './judge-table.ts'
import { nextState, startsFit } from './next-state.ts'
import { writeState } from './write-state.ts'

export interface CommitPorts {
  readonly table: DeliveryTable
  readonly connection: DuckDBConnection
  readonly countRows: CountRows
  /** Where files are written before the table takes them over. */
  readonly folder: string
  readonly source: string
  /** Name of the source. */
  readonly stream: string
  readonly adoptedUuid: string
}

/** `discarded`: others moved what the block starts from; it is read anew from the log, into new files. */
export type BlockOutcome =
  | { readonly kind: 'landed'; readonly snapshotId: string }
  | { readonly kind: 'discarded'; readonly reason: string }

const attemptsMax = 30

/**
 * The commit of one block (delivery.md, "One commit, one state file"). `attempt` may be called again after it threw: what is
 * written already is not written twice, and what was sent without an answer is not forgotten (rule 2).
 */
export class BlockCommit {
  readonly #block: TailBlock
  readonly #ports: CommitPorts
  #final: readonly LocalDataFile[] | undefined
  #adopted: readonly AdoptedFile[] | undefined
  #letterFiles: readonly LetterFile[] | undefined
  readonly #unanswered: string[] = []
  /** The table on which the first attempt without an answer was made. */
  #unansweredOn: TableView | undefined

  constructor(block: TailBlock, ports: CommitPorts) {
    this.#block = block
    this.#ports = ports
  }

  async attempt(): Promise<BlockOutcome> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const outcome = await this.#once()
      if (outcome) return outcome
    }
    throw new WeirError('WEIR-5018', `others changed the table in all of ${attemptsMax} attempts to commit`)
  }

  async #once(): Promise<BlockOutcome | undefined> {
    const { table, source, stream, countRows, adoptedUuid } = this.#ports
    const block = this.#block
    const view = await table.load()
    const landed = this.#unanswered.find((id) => view.snapshotIds.has(id))
    if (landed !== undefined) return { kind: 'landed', snapshotId: landed }
    if (this.#unansweredOn && hasMoved(this.#unansweredOn, view))
      return { kind: 'discarded', reason: 'a commit without an answer, and another snapshot came since' }
    const inForce = await judgeTable(table, view, countRows, adoptedUuid)
    if (view.schemaId !== block.view.schemaId)
      return { kind: 'discarded', reason: 'the schema of the table has changed' }
    if (!startsFit(inForce.state, source, block.counts))
      return { kind: 'discarded', reason: 'another worker delivered these offsets' }
    const files = await this.#files()
    const letterFiles = await this.#letters()
    const state = await writeState(
      table,
      nextState(inForce.state, inForce.path, { source, stream }, block.counts, letterFiles),
    )
    const outcome = await table.commit(view, { files, state })
    if (outcome.kind === 'landed') return outcome
    if (outcome.kind === 'unknown') {
      this.#unansweredOn ??= view
      this.#unanswered.push(outcome.snapshotId)
    }
    return undefined
  }

  async #files(): Promise<readonly AdoptedFile[]> {
    if (this.#adopted) return this.#adopted
    const { view, segments } = this.#block
    this.#final ??= [...segments.flatMap(({ final }) => final ?? []), ...(await this.#writeSmall(segments))]
    this.#adopted = await this.#ports.table.adopt(view, this.#final)
    return this.#adopted
  }

  async #writeSmall(segments: readonly Segment[]): Promise<readonly LocalDataFile[]> {
    const small = segments.filter(({ final }) => !final)
    if (small.length === 0) return []
    const { connection, folder } = this.#ports
    return copyFinal(connection, this.#block.view, selectFrom(small), join(folder, `commit-${randomUUID()}`))
  }

  async #letters(): Promise<readonly LetterFile[]> {
    if (this.#letterFiles) return this.#letterFiles
    const { table, source } = this.#ports
    const files: LetterFile[] = []
    for (const [partition, lines] of this.#block.letters) {
      const path = `weir/letters-${randomUUID()}.ndjson`
      await table.put(path, Buffer.concat(lines))
      files.push({ path, source, partition, letters: lines.length, replayed: [] })
    }
    this.#letterFiles = files
    return files
  }
}

/**
 * Whether a snapshot came since: it may have been the one that got no answer, rolled back and expired since, and its files
 * deleted. The table may have its old snapshot again; its last sequence number never goes back.
 */
function hasMoved(since: TableView, now: TableView): boolean {
  return now.lastSequence > since.lastSequence || now.snapshotId !== since.snapshotId
}
