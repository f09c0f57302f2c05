import { wordChars, type Assertion, type CharSet, type Node } from './syntax.ts'

/** Where matching may stand; each leads on to others. */
export type State =
  | { readonly kind: 'chars'; readonly chars: CharSet; readonly next: number }
  | { readonly kind: 'jump'; readonly targets: readonly number[] }
  | { readonly kind: 'assertion'; readonly holds: Assertion; readonly next: number }
  | { readonly kind: 'end' }

export interface Automaton {
  readonly states: readonly State[]
  readonly start: number
}

/** Undefined when it has more states than this. */
export function automatonOf(node: Node, statesMax: number): Automaton | undefined {
  const states: State[] = [{ kind: 'end' }]
  try {
    return { start: build(node, 0), states }
  } catch (error) {
    if (error instanceof TooLarge) return undefined
    throw error
  }

  function add(state: State): number {
    if (states.length >= statesMax) throw new TooLarge()
    return states.push(state) - 1
  }

  /** From where the node leads to `next`. */
  function build(part: Node, next: number): number {
    switch (part.kind) {
      case 'chars':
        return add({ kind: 'chars', chars: part.chars, next })
      case 'assertion':
        return add({ kind: 'assertion', holds: part.holds, next })
      case 'sequence':
        return part.parts.reduceRight((at, one) => build(one, at), next)
      case 'choice':
        return add({ kind: 'jump', targets: part.options.map((option) => build(option, next)) })
      case 'repeat':
        return repeat(part.node, part.min, part.max, next)
    }
  }

  function repeat(part: Node, min: number, max: number, next: number): number {
    let at = next
    if (max === Infinity) {
      const targets = [next]
      at = add({ kind: 'jump', targets })
      targets.push(build(part, at))
    } else for (let more = max - min; more > 0; more--) at = add({ kind: 'jump', targets: [next, build(part, at)] })
    for (let count = 0; count < min; count++) at = build(part, at)
    return at
  }
}

class TooLarge extends Error {}

/** What lies to both sides of a place in a name; undefined where there is nothing. */
export interface Place {
  readonly before: number | undefined
  readonly after: number | undefined
}

/** All states that are reached from these without a character. */
export function reach({ states }: Automaton, from: Iterable<number>, place: Place): ReadonlySet<number> {
  const reached = new Set<number>()
  const open = [...from]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (reached.has(at)) continue
    reached.add(at)
    const state = states[at]!
    if (state.kind === 'jump') open.push(...state.targets)
    else if (state.kind === 'assertion' && holds(state.holds, place)) open.push(state.next)
  }
  return reached
}

function holds(assertion: Assertion, { before, after }: Place): boolean {
  if (assertion === 'at start') return before === undefined
  if (assertion === 'at end') return after === undefined
  return (isWord(before) !== isWord(after)) === (assertion === 'at word boundary')
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && wordChars[code] === true
}
