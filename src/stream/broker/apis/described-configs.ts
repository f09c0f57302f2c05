import { configType, type ConfigValues } from '../topics/config-values.ts'
import { topicConfigs } from '../topics/topic-configs.ts'
import { configOf, type Topic } from '../topics/topic.ts'

/** Where a value comes from, by the protocol's numbers. */
export const configSource = { topic: 1, project: 4, default: 5, group: 8 } as const

export interface Synonym {
  readonly name: string
  readonly value: string
  readonly source: number
}

export interface DescribedConfig {
  readonly name: string
  readonly value: string
  readonly configSource: number
  readonly configType: number
  readonly documentation: string
  readonly readOnly?: boolean
  /** Where the value may come from, the one that counts first. */
  readonly synonyms: readonly Synonym[]
}

/** Every configuration of a topic with its value and where that comes from. */
export function topicConfigsOf(topic: Pick<Topic, 'configs'>): DescribedConfig[] {
  return shownConfigs().map(([name, { values, doc, synonym, default: fallback }]) => {
    const isSet = name in topic.configs
    const value = configOf(topic, name)
    return {
      name,
      value,
      configSource: isSet ? configSource.topic : configSource.default,
      configType: typeNumber(values),
      documentation: doc,
      synonyms: [
        ...(isSet ? [{ name, value, source: configSource.topic }] : []),
        ...(synonym ? [{ name: synonym, value: fallback, source: configSource.default }] : []),
      ],
    }
  })
}

/** What Kafka has as settings of a broker by which topics are kept that set nothing else. */
export function topicDefaults(): DescribedConfig[] {
  return shownConfigs().flatMap(([, { values, doc, synonym, default: value }]) =>
    synonym ? [brokerConfig(synonym, value, configSource.default, values.type, doc)] : [],
  )
}

/** Settings of a broker are the project's: nobody changes them by Kafka's tools. */
export function brokerConfig(
  name: string,
  value: string,
  source: number,
  type: ConfigValues['type'],
  documentation: string,
): DescribedConfig {
  const synonyms = [{ name, value, source }]
  return { name, value, configSource: source, configType: configType[type], documentation, readOnly: true, synonyms }
}

function shownConfigs() {
  return Object.entries(topicConfigs).filter(([, { isInternal }]) => !isInternal)
}

function typeNumber({ type }: ConfigValues): number {
  return configType[type]
}
