import type { State } from './storage.ts'
import type { Table } from './table.ts'
import { fits } from './log.ts'
import { fail, newId, syncFile, writeFile, type CommitRequest, type World } from './world.ts'

export interface TableChange {
  readonly id?: number
  readonly addFiles?: readonly number[]
  /** All files of the new snapshot, for a rewrite. */
  readonly files?: readonly number[]
  /** Names the state in property and summary. */
  readonly state?: number | null
  /** Named in the summary alone: what a rewrite of rows carries on. */
  readonly kept?: number | null
  readonly addsSnapshot?: boolean
  readonly current?: number
}

/** The catalog's one way to change the table: new metadata first, then the pointer. */
export function changeTable(world: World, change: TableChange): void {
  const { table, rules } = world
  const { state = null, addsSnapshot = true } = change
  const id = change.id ?? newId(world)
  const snapshots = { ...table.snapshots }
  if (addsSnapshot) {
    const files = change.files ?? [...table.snapshots[table.current]!.files, ...(change.addFiles ?? [])]
    const inSummary = rules.stateInSummary ? (state ?? change.kept ?? null) : null
    snapshots[id] = { id, parent: table.current, sequence: table.lastSequence + 1, files, state: inSummary }
  }
  world.table = {
    ...table,
    metadataFile: writeFile(world, { kind: 'metadata' }, 'catalog', rules.durableMetadata),
    snapshots,
    current: addsSnapshot ? id : table.current,
    lastSequence: table.lastSequence + (addsSnapshot ? 1 : 0),
    state: world.forgetful ? null : (state ?? table.state),
  }
}

/** Writes the state and names it, in one step: for what the control plane does when nobody can be between. */
export function changeState(world: World, state: State, addsSnapshot = true): void {
  const file = writeFile(world, { kind: 'state', state }, 'control', false)
  if (world.rules.durableState) syncFile(world, file)
  changeTable(world, { state: file, addsSnapshot })
}

/** One request arrives; its answer may be lost on the way back. */
export function handleRequest(world: World, index: number): string {
  const [request] = world.network.splice(index, 1) as [CommitRequest]
  const refusal = refusalOf(world, world.table, request)
  if (refusal === null) {
    const { id, files, state, addsSnapshot } = request
    changeTable(world, { id, addFiles: files, state, addsSnapshot })
    world.witness.commits++
    checkRowsFit(world, files)
  }
  const answered = world.quiet || world.random.chance(0.8)
  if (answered) request.answer = refusal === null ? 'ok' : 'conflict'
  return `catalog: ${request.by} commit ${request.id} ${refusal ?? 'ok'}${answered ? '' : ', answer lost'}`
}

/** INV-D11: rows enter a table under the schema that accepted them. */
function checkRowsFit(world: World, files: readonly number[]): void {
  for (const file of files) {
    const content = world.storage.get(file)?.content
    for (const { key, record } of content?.kind === 'data' ? content.rows : []) {
      const kind = world.log.acknowledged.get(record)?.kind
      if (kind !== undefined && !fits(kind, world.table.schema))
        fail(world, `${key} does not fit the schema it was committed under`)
    }
  }
}

function refusalOf({ rules }: World, table: Table, request: CommitRequest): string | null {
  if (rules.uuidAsserted && request.uuid !== table.uuid) return 'conflict: other table'
  if (rules.compareAndSwap && request.base !== table.current) return 'conflict: other snapshot'
  const isNew = request.sequence > table.lastSequence
  if (rules.sequenceRefused && request.addsSnapshot && !isNew) return 'conflict: sequence number'
  if (rules.schemaAsserted && request.schema !== table.schema) return 'conflict: schema'
  return null
}
