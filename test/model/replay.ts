import { commit, type Proposal } from './commit.ts'
import { isRolledBack } from './halt.ts'
import { partitionOf, type RecordKey } from './keys.ts'
import { fits } from './log.ts'
import { entryOf, lettersInForce, stateOf, withEntry, withoutLetter } from './state.ts'
import { keysOf, type Table } from './table.ts'
import { newId, writeFile, type Steps, type World } from './world.ts'

/** An operator asks for a letter whose record fits by now, or believes so. */
export function startReplay(world: World): string {
  const inForce = lettersInForce(world, stateOf(world, world.table))
  const ready = [...inForce].filter(([, record]) => {
    const known = world.log.acknowledged.get(record)
    return known !== undefined && fits(known.kind, world.table.schema)
  })
  if (ready.length === 0) return 'no letter to replay'
  const [key, record] = world.random.oneOf(ready)
  const name = `replay${newId(world)}`
  world.jobs.push({ name, steps: replay(world, name, key, record) })
  return `${name} of ${key} asked for`
}

/** Rule 9: the row in, the letter out of force, the counts moved, in one commit. */
function* replay(world: World, name: string, key: RecordKey, record: number): Steps {
  const { table, rules } = world
  const kind = world.log.acknowledged.get(record)?.kind
  if (stateOf(world, table) === undefined || kind === undefined || !fits(kind, table.schema)) return
  const row = { key: rules.replayKeepsOffset ? key : null, record }
  const file = writeFile(world, { kind: 'data', rows: [row] }, name, true)
  yield `${name} wrote data ${file}`
  const proposal: Proposal = {
    by: name,
    files: [file],
    madeOn: table,
    schema: table.schema,
    judge: (now) => (mayReplay(world, now, table, key) ? 'go' : 'lost'),
    nextState: (now) => {
      const state = stateOf(world, rules.mergeOnConflict ? now : table)!
      const entry = entryOf(world, state, partitionOf(key))
      const counted = { ...entry, delivered: entry.delivered + 1, rejected: entry.rejected - 1 }
      return withoutLetter(world, withEntry(world, state, partitionOf(key), counted), key)
    },
  }
  const landed = yield* commit(world, proposal)
  yield `${name} ${landed ? 'landed' : 'did not land'}`
}

function mayReplay(world: World, now: Table, madeOn: Table, key: RecordKey): boolean {
  const { rules } = world
  const state = stateOf(world, now)
  if (state === undefined) return false
  if (rules.uuidAsserted && now.uuid !== world.control.adopted) return false
  if (rules.replayCompares && isRolledBack(world, now)) return false
  if (rules.schemaAsserted && now.schema !== madeOn.schema) return false
  if (!rules.replayLooks) return true
  return lettersInForce(world, state).has(key) && !keysOf(world.storage, now).has(key)
}
