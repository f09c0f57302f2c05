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
