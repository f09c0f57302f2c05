import { KafkaRefusal } from '../kafka-refusal.ts'
import { itemsOf } from './config-values.ts'
import { checkTopicConfig, topicConfigs } from './topic-configs.ts'
import { configOf, type Topic } from './topic.ts'

/** One change of IncrementalAlterConfigs (KIP-339). */
export interface ConfigChange {
  readonly name: string
  readonly value: string | null
  /** By the protocol's numbers. */
  readonly configOperation: number
}

const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const

type Configs = Topic['configs']

/** What is set after the changes. Throws KafkaRefusal for one that cannot be made. */
export function changedConfigs({ configs }: Pick<Topic, 'configs'>, changes: readonly ConfigChange[]): Configs {
  checkNames(changes)
  return changes.reduce<Configs>((before, change) => changed(before, change), configs)
}

/** AlterConfigs says all that is to be set: what it leaves out has its default again. */
export function replacedConfigs(entries: readonly Omit<ConfigChange, 'configOperation'>[]): Configs {
  checkNames(entries)
  return Object.fromEntries(entries.flatMap(({ name, value }) => (value === null ? [] : [[name, value.trim()]])))
}

function checkNames(entries: readonly { readonly name: string }[]): void {
  const names = new Set(entries.map(({ name }) => name))
  if (names.size < entries.length)
    throw new KafkaRefusal('INVALID_REQUEST', 'a configuration is named twice in one request')
}

function changed(configs: Configs, { name, value, configOperation }: ConfigChange): Configs {
  // A name that nobody knows: the refusal has a proposal.
  if (!topicConfigs[name]) checkTopicConfig(name, value ?? '')
  if (configOperation === operation.delete)
    return Object.fromEntries(Object.entries(configs).filter(([known]) => known !== name))
  if (value === null) throw new KafkaRefusal('INVALID_REQUEST', `${name}: a value is missing`)
  if (configOperation === operation.set) return { ...configs, [name]: value.trim() }
  if (configOperation !== operation.append && configOperation !== operation.subtract)
    throw new KafkaRefusal('INVALID_REQUEST', `there is no operation ${configOperation} on configurations`)
  if (topicConfigs[name]!.values.type !== 'list')
    throw new KafkaRefusal('INVALID_CONFIG', `${name} is no list: nothing can be added to it or taken away`)
  return { ...configs, [name]: edited(itemsOf(configOf({ configs }, name)), itemsOf(value), configOperation) }
}

function edited(items: readonly string[], given: readonly string[], configOperation: number): string {
  if (configOperation === operation.subtract) return items.filter((item) => !given.includes(item)).join(',')
  return [...new Set([...items, ...given])].join(',')
}
