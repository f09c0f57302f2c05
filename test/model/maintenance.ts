import { changeTable } from './catalog.ts'
import { readState } from './state.ts'
import type { Table } from './table.ts'
import type { Steps, World } from './world.ts'

/** Rule 3: removes files of dead writers that nothing names. */
export function* maintenance(world: World): Steps {
  const { rules } = world
  const found = [...world.storage]
    .filter(([file, { content, by }]) => content.kind !== 'metadata' && mayBeDead(world, by) && !names(world, file))
    .map(([file]) => file)
  if (found.length === 0) return
  yield `maintenance found ${found.join(' ')}`
  if (rules.fence) {
    // A request that is still on its way asserts the snapshot before this one. It carries no state: a fence that named
    // one would hide a rollback.
    changeTable(world, {})
    yield 'maintenance put up its fence'
  }
  for (const file of found) if (!rules.namedStays || !names(world, file)) world.storage.delete(file)
}

function mayBeDead(world: World, by: string): boolean {
  if (by === 'control' || by === 'catalog' || by === 'other engine') return false
  if (!world.rules.writerDead) return true
  const isWorking = world.workers.some(({ name, life }) => by === `${name}.${life}`)
  return !isWorking && world.jobs.every(({ name }) => name !== by)
}

function names(world: World, file: number): boolean {
  return namedBy(world, world.table).has(file)
}

const cache = new WeakMap<Table, ReadonlySet<number>>()

/** All that a table names: data files of its snapshots, state files, and the letters that these name. */
export function namedBy(world: World, table: Table): ReadonlySet<number> {
  const known = cache.get(table)
  if (known !== undefined) return known
  const named = new Set<number>([table.metadataFile])
  const states = new Set<number>(table.state === null ? [] : [table.state])
  for (const { files, state } of Object.values(table.snapshots)) {
    for (const file of files) named.add(file)
    if (state !== null) states.add(state)
  }
  for (const state of states) {
    named.add(state)
    for (const { file } of readState(world, state)?.letterFiles ?? []) named.add(file)
  }
  cache.set(table, named)
  return named
}
