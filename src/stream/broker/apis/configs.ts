import { alterConfigsApi } from '../../protocol/apis/alter-configs.ts'
import { describeConfigsApi } from '../../protocol/apis/describe-configs.ts'
import { incrementalAlterConfigsApi } from '../../protocol/apis/incremental-alter-configs.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { checkTopicConfig, configType, topicConfigs } from '../topics/topic-configs.ts'
import { configOf, type Topic } from '../topics/topic.ts'
import { brokerConfigs } from './broker-configs.ts'
import type { DescribedConfig } from './described-config.ts'
import { handle, type Handler } from './handler.ts'
import { nodeId, refusalOf, type ApiServices } from './services.ts'

/** The protocol's numbers. */
const resource = { topic: 2, broker: 4 } as const
const source = { topic: 1, default: 5 } as const
const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const

interface ConfigChange {
  readonly name: string
  readonly value: string | null
  readonly configOperation: number
}

export function configHandlers(services: ApiServices): Handler[] {
  const { topics, logger } = services

  async function change(
    resourceType: number,
    name: string,
    next: (topic: Topic) => Record<string, string>,
    validateOnly: boolean,
  ) {
    try {
      if (resourceType !== resource.topic)
        throw new KafkaRefusal('INVALID_REQUEST', 'only the configuration of topics can be changed')
      const topic = topics.get(name)
      if (!topic) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic "${name}"`)
      const configs = next(topic)
      for (const [config, value] of Object.entries(configs)) checkTopicConfig(config, value)
      if (!validateOnly) await topics.setConfigs(name, configs)
      return { resourceType, resourceName: name, errorCode: 0, errorMessage: '' }
    } catch (error) {
      return { resourceType, resourceName: name, ...refusalOf(error, logger) }
    }
  }

  return [
    handle(describeConfigsApi, ({ resources, includeSynonyms, includeDocumentation }) => ({
      results: resources.map(({ resourceType, resourceName, configurationKeys }) => {
        const head = { resourceType, resourceName }
        try {
          const wanted = configurationKeys?.length ? configurationKeys : undefined
          const described = describedConfigs(describedResource(services, resourceType, resourceName))
          const all = resourceType === resource.broker ? [...described, ...brokerConfigs(services.limits)] : described
          const configs = all.filter(({ name }) => wanted?.includes(name) ?? true)
          return {
            ...head,
            errorMessage: '',
            configs: configs.map((config) => withExtras(config, includeSynonyms, includeDocumentation)),
          }
        } catch (error) {
          return { ...head, ...refusalOf(error, logger) }
        }
      }),
    })),
    handle(alterConfigsApi, async ({ resources, validateOnly }) => ({
      responses: await Promise.all(
        resources.map(({ resourceType, resourceName, configs }) =>
          change(
            resourceType,
            resourceName,
            () => Object.fromEntries(configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value]]))),
            validateOnly,
          ),
        ),
      ),
    })),
    handle(incrementalAlterConfigsApi, async ({ resources, validateOnly }) => ({
      responses: await Promise.all(
        resources.map(({ resourceType, resourceName, configs }) =>
          change(resourceType, resourceName, (topic) => incremented(topic, configs), validateOnly),
        ),
      ),
    })),
  ]
}

function incremented(topic: Topic, changes: readonly ConfigChange[]): Record<string, string> {
  const configs = { ...topic.configs }
  for (const { name, value, configOperation } of changes) {
    if (!topicConfigs[name]) checkTopicConfig(name, value ?? '')
    if (configOperation === operation.delete) delete configs[name]
    else if (configOperation === operation.set && value !== null) configs[name] = value
    else {
      const items = new Set(configOf(topic, name).split(',').filter(Boolean))
      for (const item of (value ?? '').split(','))
        if (configOperation === operation.append) items.add(item)
        else items.delete(item)
      configs[name] = [...items].join(',')
    }
  }
  return configs
}

function describedResource({ topics }: ApiServices, resourceType: number, name: string): Pick<Topic, 'configs'> {
  if (resourceType === resource.broker) {
    if (name !== '' && name !== String(nodeId))
      throw new KafkaRefusal('INVALID_REQUEST', `there is no broker ${name}; the only one is ${nodeId}`)
    return { configs: {} }
  }
  const topic = resourceType === resource.topic ? topics.get(name) : undefined
  if (!topic) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic "${name}"`)
  return topic
}

/** Every configuration with its value and where it comes from. */
export function describedConfigs(topic: Pick<Topic, 'configs'>): DescribedConfig[] {
  return Object.entries(topicConfigs).map(([name, { type, doc }]) => ({
    name,
    value: configOf(topic, name),
    configSource: name in topic.configs ? source.topic : source.default,
    configType: configType[type],
    documentation: doc,
  }))
}

function withExtras(config: DescribedConfig, synonyms: boolean, documentation: boolean) {
  return {
    ...config,
    synonyms: synonyms ? synonymsOf(config) : [],
    documentation: documentation ? config.documentation : null,
  }
}

/** Where the value may come from, the one that counts first. */
function synonymsOf({ name, value, configSource }: DescribedConfig) {
  const own = { name, value, source: configSource }
  const fallback = topicConfigs[name]?.default
  return configSource === source.topic && fallback !== undefined
    ? [own, { name, value: fallback, source: source.default }]
    : [own]
}
