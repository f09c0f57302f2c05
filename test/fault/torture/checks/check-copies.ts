import { nameOf, type Copy, type FoundRecord } from '../history.ts'
import type { Evidence, Violation } from './evidence.ts'

const mark = 'copy of '

export function copyOf(value: string): string {
  return `${mark}${value}`
}

/** INV-X1: each record is copied exactly once, in its order, for its copy and the offset behind it are committed together. */
export function* checkCopies({ history, outcome }: Evidence): Generator<Violation> {
  for (const copy of history.copies)
    for (const source of outcome.partitions.filter(({ topic }) => topic === copy.from)) {
      const target = outcome.partitions.find((one) => one.topic === copy.to && one.partition === source.partition)
      yield* comparePartitions(source.committed, target?.committed ?? [], `${copy.to}-${source.partition}`)
      yield* compareOffset(outcome.groupOffsets, copy, source)
    }
}

function* comparePartitions(
  sources: readonly FoundRecord[],
  copies: readonly FoundRecord[],
  name: string,
): Generator<Violation> {
  const expected = new Map(sources.map(({ value }, at) => [copyOf(value), at]))
  const times = Map.groupBy(copies, ({ value }) => value)
  let last = -1
  for (const { value, offset } of copies) {
    const at = expected.get(value)
    if (at === undefined) yield { rule: 'never sent', text: `${value} at ${name} ${offset} is no copy` }
    else if (at < last)
      yield { rule: 'out of order', text: `${value} at ${name} ${offset} is copied after a later one` }
    last = Math.max(last, at ?? last)
  }
  for (const [value, found] of times)
    if (found.length > 1)
      yield { rule: 'copied twice', text: `${value} is in ${name} at ${found.map(({ offset }) => offset).join(', ')}` }
  for (const value of expected.keys())
    if (!times.has(value)) yield { rule: 'not copied', text: `${value} is not in ${name}` }
}

function* compareOffset(
  groupOffsets: Evidence['outcome']['groupOffsets'],
  { group }: Copy,
  { topic, partition, end, committed }: Evidence['outcome']['partitions'][number],
): Generator<Violation> {
  const behindLast = (committed.at(-1)?.offset ?? -1) + 1
  const found = groupOffsets.find((one) => one.group === group && one.topic === topic && one.partition === partition)
  const offset = found?.offset ?? 0
  if (offset < behindLast || offset > end)
    yield {
      rule: 'not copied',
      text: `${group} stands at ${offset} of ${nameOf({ topic, partition })}, whose last record is in front of ${behindLast}`,
    }
}
