import { KafkaRefusal } from '../../../kafka-refusal.ts'
import { automatonOf, reach, type Automaton } from './automaton.ts'
import { parseRegex } from './parse.ts'

/** An expression that is longer, or larger when its repetitions are written out, is refused. */
const patternLengthMax = 2000
const statesMax = 10_000
/** Sets of states that are remembered; an expression that needs more is looked at anew each time, and has so many steps to spend on that. */
const setsMax = 2000
const newStepsMax = 2_000_000

/** Whether the whole of a name matches. */
export type NameMatcher = (name: string) => boolean

/**
 * Each character of a name is looked at once, whatever the expression: sets of states that matching may stand in are made as they are
 * met, and remembered. Throws INVALID_REGULAR_EXPRESSION for what is none and for what would cost too much.
 */
export function compileRegex(pattern: string): NameMatcher {
  const tooLarge = (what: string): KafkaRefusal =>
    new KafkaRefusal('INVALID_REGULAR_EXPRESSION', `SubscribedTopicRegex is too ${what}: \`${pattern.slice(0, 80)}\`.`)
  if (pattern.length > patternLengthMax) throw tooLarge('long')
  const automaton = automatonOf(parseRegex(pattern), statesMax)
  if (!automaton) throw tooLarge('large')
  return matcherOf(automaton, () => tooLarge('costly'))
}

/** States that matching may stand in, not yet those that they lead to without a character: that depends on what comes. */
interface StateSet {
  readonly key: string
  readonly states: readonly number[]
  readonly before: number | undefined
  readonly next: Map<number, StateSet>
  matchesHere: boolean | undefined
}

function matcherOf(automaton: Automaton, tooCostly: () => Error): NameMatcher {
  const known = new Map<string, StateSet>()
  let steps = 0
  const start = setOf([automaton.start], undefined)

  function setOf(states: readonly number[], before: number | undefined): StateSet {
    const key = `${before}:${states.join(',')}`
    const found = known.get(key)
    if (found) return found
    const made: StateSet = { key, states, before, next: new Map(), matchesHere: undefined }
    if (known.size < setsMax) known.set(key, made)
    return made
  }

  function follow(set: StateSet, code: number): StateSet {
    const found = set.next.get(code)
    if (found) return found
    const reached = reach(automaton, set.states, { before: set.before, after: code })
    // What is known already costs nothing: only new ground is counted.
    if ((steps += reached.size) > newStepsMax) throw tooCostly()
    const states = new Set<number>()
    for (const at of reached) {
      const state = automaton.states[at]!
      if (state.kind === 'chars' && state.chars[code]) states.add(state.next)
    }
    const next = setOf(
      [...states].toSorted((left, right) => left - right),
      kindOf(code),
    )
    set.next.set(code, next)
    return next
  }

  function matchesAt(set: StateSet): boolean {
    return (set.matchesHere ??= reach(automaton, set.states, { before: set.before, after: undefined }).has(0))
  }

  return (name) => {
    let set = start
    for (let index = 0; index < name.length; index++) {
      set = follow(set, name.charCodeAt(index))
      if (set.states.length === 0) return false
    }
    return matchesAt(set)
  }
}

/** Of what came before a place only this matters, so that sets are met again: whether it belongs to a word. */
function kindOf(code: number): number {
  return /\w/.test(String.fromCharCode(code)) ? 119 : 45
}
