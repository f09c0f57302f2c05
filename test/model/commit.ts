import type { State } from './storage.ts'
import { namesFile, type Table } from './table.ts'
import { newId, syncFile, writeFile, type CommitRequest, type Steps, type World } from './world.ts'

export type Judgement = 'go' | 'lost' | 'done'

/** Something that wants to be committed: a block, a replay, an adoption. */
export interface Proposal {
  readonly by: string
  readonly files: readonly number[]
  /** The table and the schema under which it was made. */
  readonly madeOn: Table
  readonly schema: number
  /** May it be sent on this table? Asked before each attempt. */
  judge(table: Table, attempt: { readonly first: boolean; readonly unknown: boolean }): Judgement
  /** The state to commit, built on the table's. Null: it changes none. */
  nextState(table: Table): State | null
}

/** Rules 1 and 2: the one way to commit. True: it landed. False: it did not and never will. */
export function* commit(world: World, proposal: Proposal): Steps<boolean> {
  const { rules } = world
  const sent: number[] = []
  let table = proposal.madeOn
  let unknown = false
  let unknownSequence = Infinity
  for (;;) {
    if (rules.outcomeById && sent.length > 0 && hasLanded(table, sent, proposal)) return true
    const judgement = proposal.judge(table, { first: sent.length === 0, unknown })
    if (judgement === 'done') return true
    // It may have landed, been rolled back and been expired since: its files may be gone.
    const movedOn = rules.freshFiles && table.lastSequence >= unknownSequence
    if (judgement === 'lost' || movedOn) {
      if (!rules.workersKeep) dropFiles(world, proposal.files, sent)
      return false
    }
    const request = yield* send(world, proposal, table)
    sent.push(request.id)
    yield* waitForAnswer(world, request)
    if (request.answer === 'ok') return true
    unknown = request.answer === null
    if (unknown) unknownSequence = Math.min(unknownSequence, request.sequence)
    yield unknown ? `${proposal.by}: outcome unknown` : `${proposal.by}: conflict`
    table = world.table
    yield `${proposal.by} reloaded the table`
  }
}

function hasLanded(table: Table, sent: readonly number[], { files }: Proposal): boolean {
  return sent.some((id) => table.snapshots[id] !== undefined) || files.some((file) => namesFile(table, file))
}

/** What rule 3 forbids: the request may still be on its way, or have landed and been rolled back. */
function dropFiles(world: World, files: readonly number[], sent: readonly number[]): void {
  for (const file of files) if (sent.length > 0 || !namesFile(world.table, file)) world.storage.delete(file)
}

function* send(world: World, proposal: Proposal, table: Table): Steps<CommitRequest> {
  const { rules } = world
  const next = proposal.nextState(table)
  let state: number | null = null
  if (next !== null) {
    state = writeFile(world, { kind: 'state', state: next }, proposal.by, false)
    yield `${proposal.by} wrote state ${state}`
    if (rules.durableState) syncFile(world, state)
  }
  const request: CommitRequest = {
    id: newId(world),
    by: proposal.by,
    uuid: table.uuid,
    base: table.current,
    sequence: table.lastSequence + 1,
    schema: proposal.schema,
    files: proposal.files,
    state,
    addsSnapshot: proposal.files.length > 0 || rules.alwaysSnapshot,
    answer: null,
  }
  world.network.push(request)
  yield `${proposal.by} sent commit ${request.id} on ${request.base}`
  return request
}

/** Until the answer or the end of patience; once faults have stopped, until the request is gone. */
function* waitForAnswer(world: World, request: CommitRequest): Steps {
  while (request.answer === null) {
    if (world.quiet ? !world.network.includes(request) : world.random.chance(0.15)) return
    yield `${request.by} waits`
  }
}
