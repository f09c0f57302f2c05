import type { Assignor } from './assignor.ts'
import { assignRanges } from './range.ts'
import { assignByLoad } from './uniform-heterogeneous.ts'
import { assignEvenly } from './uniform-homogeneous.ts'

/** By the names that Kafka gives them; the first is the default. */
export const assignors: ReadonlyMap<string, Assignor> = new Map<string, Assignor>([
  ['uniform', (input) => (input.isHomogeneous ? assignEvenly(input) : assignByLoad(input))],
  ['range', assignRanges],
])

export const defaultAssignor = 'uniform'
