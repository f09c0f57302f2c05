import { nameOf } from '../history.ts'
import { isInside, type Evidence, type Violation } from './evidence.ts'

/** INV-L1, INV-L3: what was changed on the disk is refused by name, and takes nothing with it beyond its segment. */
export function* checkDamage({ history, outcome }: Evidence): Generator<Violation> {
  const damages = Map.groupBy(history.damages, nameOf)
  for (const one of outcome.partitions) {
    const hit = damages.get(nameOf(one)) ?? []
    const refused = new Set([...one.refused, ...one.spoiled])
    for (const offset of refused)
      if (!hit.some(({ segmentFrom, segmentTo }) => isInside({ from: segmentFrom, to: segmentTo }, offset)))
        yield { rule: 'damage spread', text: `${nameOf(one)} ${offset} is refused, and nothing near it was changed` }
    const known = new Map(one.all.map(({ offset, value }) => [offset, value]))
    for (const { from, to } of hit)
      for (let offset = from; offset < to; offset++)
        if (!refused.has(offset) && !known.has(offset))
          yield {
            rule: 'damage untold',
            text: `${nameOf(one)} ${offset} was changed, and is neither refused nor there`,
          }
  }
  yield* checkTroubles(new Set(history.damages.map(({ topic }) => topic)), outcome)
}

function* checkTroubles(
  damaged: ReadonlySet<string>,
  { troubles, partitions }: Evidence['outcome'],
): Generator<Violation> {
  for (const [topic, text] of troubles)
    if (!damaged.has(topic)) yield { rule: 'trouble without damage', text: `${topic}: ${text}` }
  for (const topic of damaged) {
    const isRefused = partitions.some((one) => one.topic === topic && one.refused.length > 0)
    if (isRefused && !troubles.get(topic)?.includes('WEIR-3007'))
      yield {
        rule: 'damage untold',
        text: `${topic} is damaged, and the log says of it: ${troubles.get(topic) ?? 'nothing'}`,
      }
  }
}
