import type { Partition } from './partition.ts'
import { topicConfigs } from './topic-configs.ts'

/** A topic that is there. */
export interface Topic {
  /** UUID text; never used again. */
  readonly id: string
  readonly name: string
  readonly partitions: readonly Partition[]
  /** What was set; all else has its default. */
  readonly configs: Readonly<Record<string, string>>
}

export function configOf(topic: Pick<Topic, 'configs'>, name: string): string {
  return topic.configs[name] ?? topicConfigs[name]!.default
}

/** What is done with records that are old, or outdone. */
export function policyOf(topic: Pick<Topic, 'configs'>): { readonly compacts: boolean; readonly deletes: boolean } {
  const policies = configOf(topic, 'cleanup.policy').split(',')
  return { compacts: policies.includes('compact'), deletes: policies.includes('delete') }
}

export function configNumber(topic: Pick<Topic, 'configs'>, name: string): number {
  return Number(configOf(topic, name))
}
