import { changeTable } from './catalog.ts'
import { currentSnapshot, nearestSummary, rowsOf } from './table.ts'
import { emptyTable, writeFile, type World } from './world.ts'

/** What Spark, Trino or a script may do to the table. None of them knows of state files. */
export function touchTable(world: World): string {
  const what = world.random.oneOf(['append', 'compact', 'expire', 'expire', 'delete', 'unset'] as const)
  return { append, compact, expire, delete: deleteRow, unset }[what](world)
}

function append(world: World): string {
  changeTable(world, { addFiles: [foreignFile(world, [{ key: null, record: 0 }])] })
  return 'other engine appends'
}

function compact(world: World): string {
  if (currentSnapshot(world.table).files.length < 2) return 'nothing to compact'
  // Not drawn: rare histories keep their seeds.
  const isOurs = world.table.lastSequence % 2 === 1
  const kept = isOurs ? keptState(world) : null
  changeTable(world, { files: [foreignFile(world, rowsOf(world.storage, world.table))], kept })
  return isOurs ? `maintenance compacts under state ${kept}` : 'other engine compacts'
}

function keptState({ table, rules }: World): number | null {
  return rules.rewriteKeepsNearest ? (nearestSummary(table) ?? null) : table.state
}

function expire(world: World): string {
  const { table, storage } = world
  const kept = currentSnapshot(table)
  world.table = { ...table, snapshots: { [kept.id]: kept } }
  for (const { files } of Object.values(table.snapshots)) {
    for (const file of files) if (!kept.files.includes(file)) storage.delete(file)
  }
  return 'other engine expires all but the current snapshot'
}

function deleteRow(world: World): string {
  const { table, storage, random, witness } = world
  const rows = rowsOf(storage, table).filter(({ key }) => key !== null)
  if (rows.length === 0 || !random.chance(0.3)) return 'nothing to delete'
  const gone = random.oneOf(rows)
  changeTable(world, {
    files: [
      foreignFile(
        world,
        rowsOf(storage, table).filter((row) => row !== gone),
      ),
    ],
  })
  witness.deleted.add(gone.key!)
  witness.seen.delete(gone.key!)
  witness.foreignDelete = true
  return `other engine deletes ${gone.key}`
}

function unset(world: World): string {
  if (!world.random.chance(0.1)) return 'nothing to unset'
  world.table = { ...world.table, state: null }
  world.witness.stateUnset = true
  return 'other engine removes the property'
}

function foreignFile(world: World, rows: ReturnType<typeof rowsOf>): number {
  return writeFile(world, { kind: 'data', rows }, 'other engine', true)
}

/** Rolls back to any retained snapshot, also forward to an abandoned branch. */
export function rollBack(world: World): string {
  const { table, witness } = world
  const others = Object.values(table.snapshots).filter(({ id }) => id !== table.current)
  if (others.length === 0) return 'nothing to roll back to'
  const to = world.random.oneOf(others)
  world.table = { ...table, current: to.id }
  witness.seen.clear()
  witness.rollbacks++
  witness.eras++
  // Back to a snapshot under the same state nobody has to ask.
  witness.rollbackOpen = nearestSummary(world.table) !== table.state
  return `operator rolls back from ${table.current} to ${to.id}`
}

/** Drops the table and makes another under its name: empty, or with the rows of the old one. */
export function dropAndMakeAgain(world: World): string {
  const { storage, random, witness } = world
  const rows = rowsOf(storage, world.table)
  const copies = rows.length > 0 && random.chance(0.3)
  world.table = emptyTable(world)
  if (copies) changeTable(world, { addFiles: [foreignFile(world, rows)] })
  witness.seen.clear()
  witness.deleted.clear()
  witness.eras++
  witness.rollbackOpen = false
  witness.stateUnset = false
  return `table dropped and made again${copies ? ` with its ${rows.length} rows` : ''}`
}

export function changeSchema(world: World): string {
  world.table = { ...world.table, schema: 1 - world.table.schema }
  if (world.table.schema === 1) return 'schema widened'
  // Rows that were shown from a tail are judged again, and may be rejected now.
  world.witness.seen.clear()
  world.witness.eras++
  return 'schema narrowed'
}
