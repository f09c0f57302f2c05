import type { Api } from '../../../src/stream/protocol/api.ts'
import type { Input, Shape } from '../../../src/stream/protocol/field.ts'
import { servedVersions } from '../../../src/stream/protocol/versions.ts'

/** A request that changes nothing, in one version. */
export interface Question {
  readonly api: Api
  readonly version: number
  readonly body: Input<Shape>
}

/** The same request in each version that is served, from `since` on. */
export function inEachVersion<R extends Shape>(
  api: Api<R>,
  body: Input<R>,
  since = 0,
  until = Infinity,
): readonly Question[] {
  const { min, max } = servedVersions.get(api.key)!
  const first = Math.max(min, since)
  const versions = Array.from({ length: Math.min(max, until) - first + 1 }, (_, at) => first + at)
  return versions.map((version) => ({ api: api as never, version, body: body as never }))
}

/** There when the questions are put: `orders` with two partitions, nothing in them, and a setting of its own. */
export const existingTopic = { name: 'orders', partitions: 2, configs: { 'min.compaction.lag.ms': '1000' } } as const

export const unknownId = '00000000-0000-0000-0000-000000000009'
