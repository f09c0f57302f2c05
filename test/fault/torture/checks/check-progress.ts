import { nameOf, type GroupOffset, type Span } from '../history.ts'
import { placeIn } from './check-transactions.ts'
import type { Evidence, Rule, Violation } from './evidence.ts'

interface Figure extends Span {
  readonly of: string
  readonly value: number
}

const inTheEnd = { begun: Infinity, answered: Infinity }

/** INV-X4, INV-L4: where a partition starts, ends and is stable never goes back, and all of it is stable when all has ended. */
export function* checkEnds({ history, outcome }: Evidence): Generator<Violation> {
  const rules: readonly (readonly [Rule, 'start' | 'end' | 'stable'])[] = [
    ['start went back', 'start'],
    ['end went back', 'end'],
    ['stable end went back', 'stable'],
  ]
  const seen = [...history.ends, ...outcome.partitions.map((one) => ({ ...one, ...inTheEnd }))]
  for (const [rule, figure] of rules) {
    const figures = seen.map((one) => ({ of: nameOf(one), value: one[figure], ...spanOf(one) }))
    yield* goingBack(figures, [], rule)
  }
  for (const one of outcome.partitions)
    if (one.stable !== one.end)
      yield { rule: 'never stable', text: `${nameOf(one)} is stable up to ${one.stable}, and ends at ${one.end}` }
}

/** INV-G1: what was committed, or read as committed, is read until more is committed. */
export function* checkCommits({ history, outcome }: Evidence): Generator<Violation> {
  const figureOf = (one: GroupOffset & Span): Figure => ({ of: placeIn(one), value: one.offset, ...spanOf(one) })
  const read = [...history.commitsRead, ...outcome.groupOffsets.map((one) => ({ ...one, ...inTheEnd }))]
  const told = history.commits.filter(({ answered }) => answered < Infinity)
  yield* goingBack(read.map(figureOf), told.map(figureOf), 'commit went back')
}

function spanOf({ begun, answered }: Span): Span {
  return { begun, answered }
}

/** Whoever asks after others were answered hears no less than they, or than what was told to somebody else. */
function* goingBack(asked: readonly Figure[], told: readonly Figure[], rule: Rule): Generator<Violation> {
  const answers = Map.groupBy([...asked, ...told], ({ of }) => of)
  for (const [of, figures] of Map.groupBy(asked, (one) => one.of)) {
    const before = answers.get(of)!.toSorted((one, other) => one.answered - other.answered)
    let most = -Infinity
    let next = 0
    let said = Infinity
    for (const { value, begun } of figures.toSorted((one, other) => one.begun - other.begun)) {
      while (next < before.length && before[next]!.answered <= begun) most = Math.max(most, before[next++]!.value)
      // Once: it is seen again and again.
      if (value < most && value !== said) yield { rule, text: `${of} was at ${most}, and then at ${value}` }
      said = value < most ? value : Infinity
    }
  }
}
