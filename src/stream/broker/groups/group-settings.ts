import { nearestName } from '../../../kernel/nearest.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { GroupLimits } from './group-limits.ts'

/** What is set of one group; all else holds for all. */
export type GroupSettings = Readonly<Record<string, string>>

/** Settings of a group; null when there are none left. */
export interface SettingsChange {
  readonly kind: 'settings'
  readonly group: string
  readonly state: GroupSettings | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

interface SettingDefinition {
  readonly limit: 'consumerHeartbeatIntervalMs' | 'consumerSessionTimeoutMs'
  /** As Kafka bounds it. */
  readonly min: number
  readonly max: number
  /** For all groups, by the name that Kafka has for it. */
  readonly synonym: string
  readonly doc: string
}

/** By Kafka's names (KIP-1016); of the consumer protocol. */
export const groupSettings: Readonly<Record<string, SettingDefinition>> = {
  'consumer.heartbeat.interval.ms': {
    limit: 'consumerHeartbeatIntervalMs',
    min: 5000,
    max: 15_000,
    synonym: 'group.consumer.heartbeat.interval.ms',
    doc: 'How often the members of the group are told to send a heartbeat.',
  },
  'consumer.session.timeout.ms': {
    limit: 'consumerSessionTimeoutMs',
    min: 45_000,
    max: 60_000,
    synonym: 'group.consumer.session.timeout.ms',
    doc: 'A member of the group that is not heard of for so long is out.',
  },
}

/** Throws INVALID_CONFIG, with the nearest name or the bounds. */
export function checkGroupSettings(settings: GroupSettings): void {
  for (const [name, value] of Object.entries(settings)) {
    const definition = groupSettings[name]
    if (!definition) throw unknownSetting(name)
    const { min, max } = definition
    if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max)
      throw new KafkaRefusal('INVALID_CONFIG', `${name}=${value}: it is a number from ${min} to ${max}`)
  }
}

export function unknownSetting(name: string): KafkaRefusal {
  const guess = nearestName(name, Object.keys(groupSettings))
  const proposal = guess ? `; did you mean "${guess}"?` : ''
  return new KafkaRefusal('INVALID_CONFIG', `there is no setting "${name}" of groups${proposal}`)
}

export function limitsWith(limits: GroupLimits, settings: GroupSettings | undefined): GroupLimits {
  if (!settings) return limits
  const own = Object.entries(settings).map(([name, value]) => [groupSettings[name]?.limit ?? name, Number(value)])
  return { ...limits, ...(Object.fromEntries(own) as Partial<GroupLimits>) }
}
