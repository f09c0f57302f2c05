import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { LetterFile } from '../../record/delivery-state.ts'
import { keyedRows, type KeyedPorts } from '../keys/keyed-rows.ts'
import { selectFrom, type TailBlock } from '../tail/tail-block.ts'
import type { TableView } from '../table/delivery-table.ts'
import { appendedRows, type AppendPorts } from './appended-rows.ts'
import type { BlockRows } from './block-rows.ts'
import type { CountRows } from './count-rows.ts'
import { judgeTable } from './judge-table.ts'
import { appliedState } from './applied-state.ts'
import { nextState, startsFit } from './next-state.ts'
import { writeState } from './write-state.ts'

export interface CommitPorts extends AppendPorts {
  readonly countRows: CountRows
  /** Of a table with a key, whose rows are changed; others are appended to. */
  readonly keyed?: Pick<KeyedPorts, 'rows' | 'index' | 'plan'>
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
  readonly #rows: BlockRows
  #letterFiles: readonly LetterFile[] | undefined
  readonly #unanswered: string[] = []
  /** The table on which the first attempt without an answer was made. */
  #unansweredOn: TableView | undefined

  constructor(block: TailBlock, ports: CommitPorts) {
    this.#block = block
    this.#ports = ports
    const { keyed } = ports
    const { segments, view } = block
    const rows = segments.length === 0 ? undefined : selectFrom(segments)
    this.#rows = keyed ? keyedRows(rows, view, { ...ports, ...keyed }) : appendedRows(block, ports)
  }

  async attempt(): Promise<BlockOutcome> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const outcome = await this.#once()
      if (!outcome) continue
      await this.#rows.done()
      return outcome
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
    const change = await this.#rows.change(view)
    const letterFiles = await this.#letters()
    const moved = nextState(inForce.state, inForce.path, { source, stream }, block.counts, letterFiles)
    const state = await writeState(table, change.keyed ? appliedState(moved, source, change.keyed) : moved)
    const { files, removed } = change
    const outcome = await table.commit(view, { files, removed, state })
    if (outcome.kind === 'landed') return outcome
    if (outcome.kind === 'unknown') {
      this.#unansweredOn ??= view
      this.#unanswered.push(outcome.snapshotId)
    }
    return undefined
  }

  async #letters(): Promise<readonly LetterFile[]> {
    if (this.#letterFiles) return this.#letterFiles
    const { table, source } = this.#ports
    const files: LetterFile[] = []
    for (const [partition, lines] of this.#block.letters) {
      const path = await table.put((id) => `letters-${id}.ndjson`, Buffer.concat(lines))
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
