import { commit, type Proposal } from './commit.ts'
import { hasRowsWithoutEntry } from './halt.ts'
import { begunState, stateOf } from './state.ts'
import type { Steps, World } from './world.ts'

/** The control plane adopts the table that its deliveries name: a state without counts, once, by a commit like any other. */
export function startAdoption(world: World): string | null {
  const { control, jobs } = world
  if (control.adopted !== null || control.refused || jobs.some(({ name }) => name === 'adoption')) return null
  world.jobs.push({ name: 'adoption', steps: adopt(world) })
  return 'adoption begins'
}

function* adopt(world: World): Steps {
  const { table, rules, control } = world
  if (stateOf(world, table) === undefined) {
    if (rules.rowsNeedEntry && hasRowsWithoutEntry(world, table, null)) {
      world.ended = true
      yield 'operator gives up: rows of ours, and nobody knows their offsets'
      return
    }
    const proposal: Proposal = {
      by: 'adoption',
      files: [],
      madeOn: table,
      schema: table.schema,
      // Lost to a change of the schema too: the next adoption asserts the new one.
      judge: (now) => {
        const isSame = now.uuid === table.uuid && now.schema === table.schema
        const isFree =
          stateOf(world, now) === undefined && !(rules.rowsNeedEntry && hasRowsWithoutEntry(world, now, null))
        return isSame && isFree ? 'go' : 'lost'
      },
      nextState: () => begunState(world),
    }
    yield* commit(world, proposal)
    yield 'adoption committed'
  }
  if (world.table.uuid !== table.uuid || world.table.schema !== table.schema) return
  // A catalog that keeps no properties would lose the truth at each commit.
  if (rules.adoptionReads && stateOf(world, world.table) === undefined) {
    control.refused = world.forgetful
    yield 'adoption refused: the catalog keeps no properties'
    return
  }
  control.adopted = table.uuid
  yield `table ${table.uuid} adopted`
}
