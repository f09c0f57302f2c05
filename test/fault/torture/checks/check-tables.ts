import { nameOf, type Write } from '../history.ts'
import { isCertain, type Evidence, type Violation } from './evidence.ts'

/** INV-C1: of each key of a compacted topic the last value that is certain is there, or a later one; nothing aborted is. */
export function* checkTables({ history, outcome, isCommitted }: Evidence): Generator<Violation> {
  const keyed = history.writes.filter(({ topic, key }) => key !== undefined && history.compacted.has(topic))
  for (const [key, writes] of Map.groupBy(keyed, (write) => `${nameOf(write)} ${write.key}`)) {
    const expected = writes.findLastIndex(isCertain)
    const found = writes.findLastIndex(({ value }) => isCommitted(value))
    if (found < expected)
      yield {
        rule: 'old value of a key',
        text: `${key} is ${writes[found]?.value ?? 'gone'}, and ${writes[expected]!.value} was acknowledged after that`,
      }
    yield* aborted(
      key,
      writes.filter(({ value }) => isCommitted(value)),
    )
  }
  for (const { topic, partition, committed } of outcome.partitions.filter((one) => history.compacted.has(one.topic)))
    for (const { key, offset } of committed)
      if (key === undefined) yield { rule: 'never sent', text: `${topic}-${partition} ${offset} has no key` }
}

function* aborted(key: string, committed: readonly Write[]): Generator<Violation> {
  for (const { value, transaction } of committed)
    if (transaction && (transaction.outcome === 'aborted' || transaction.asked !== 'commit'))
      yield { rule: 'aborted, and read', text: `${value} of ${key} is there` }
}
