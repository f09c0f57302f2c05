import { dirname } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { endBefore } from '../../offset-holes.ts'
import type { GarbledError } from './batch-head.ts'
import type { PartitionState } from './partition-state.ts'
import { segmentPath, type Segment } from './segment.ts'

/** Offsets that were acknowledged and cannot be read. */
export interface Damage {
  readonly file: string
  /** Where in the file it begins. */
  readonly position: number
  readonly from: number
  /** The first offset that can be read again. */
  readonly to: number
  /** Nothing of it is there. */
  readonly isMissing: boolean
}

/** What is known to be damaged at or after the partition's start. */
export function damagesOf(state: PartitionState): Damage[] {
  return state.segments.flatMap((segment, at) => {
    if (segment.damagedFrom === undefined) return []
    const to = endBefore(state.holes, state.segments[at + 1]?.baseOffset ?? state.endOffset)
    const { path: file, size: position, damagedFrom: from, isMissing = false } = segment
    const found = { file, position, from, to, isMissing }
    return to > state.startOffset ? [found] : []
  })
}

/** As the operator is told. */
export function damageError(partition: string, damage: Damage): WeirError {
  const { file, position, from, to } = damage
  return new WeirError(
    'WEIR-3007',
    `${partition} is damaged from offset ${from} to ${to} (${placeOf(damage)}): these records cannot be read, all others can. Stop Weir and restore the file, or give them up: delete records before offset ${to}`,
    { details: { partition, file, position, from, to } },
  )
}

/** Where in which file. */
export function placeOf({ file, position, from, isMissing }: Damage): string {
  if (!isMissing) return `${file} from byte ${position}`
  if (position === 0) return `${file} is missing or empty`
  return `${file} ends in front of them, at byte ${position}; missing is its end, or ${segmentPath(dirname(file), from)}`
}

/**
 * As clients are told. CORRUPT_MESSAGE, because consumers stop at it with an error; at KAFKA_STORAGE_ERROR they would ask again
 * for ever and say nothing.
 */
export function damageRefusal(state: PartitionState, segment: Segment): KafkaRefusal {
  const damage = damagesOf(state).find(({ file, from }) => file === segment.path && from === segment.damagedFrom)
  return new KafkaRefusal(
    'CORRUPT_MESSAGE',
    damage ? damageError(state.name, damage).message : `${segment.path} is damaged (WEIR-3007)`,
  )
}

export function garbledRefusal({ name }: PartitionState, { segment, position }: GarbledError): KafkaRefusal {
  return new KafkaRefusal('CORRUPT_MESSAGE', garbledError(name, segment.path, position).message)
}

function garbledError(partition: string, file: string, position: number): WeirError {
  return new WeirError(
    'WEIR-3007',
    `${partition} is damaged: ${file} holds no batch at byte ${position}, where there was one. Stop Weir and restore the file; at the next start the log finds out what can still be read`,
    { details: { partition, file, position } },
  )
}

/** Why the partition takes no records, or where it is damaged; undefined when all is well. */
export function troubleOf(state: PartitionState): string | undefined {
  const troubles = [
    ...(state.broken ? [`${state.name} cannot write, and takes no records: ${state.broken.message}`] : []),
    ...[
      ...damagesOf(state).map((damage) => damageError(state.name, damage)),
      ...state.segments.flatMap(({ path, garbledAt }) =>
        garbledAt === undefined ? [] : [garbledError(state.name, path, garbledAt)],
      ),
    ].map(({ code, message }) => `${code} ${message}`),
  ]
  return troubles.length > 0 ? troubles.join('; ') : undefined
}
