import type { RequestOf, ResponseInput } from '../../protocol/api.ts'
import { alterConfigsApi } from '../../protocol/apis/alter-configs.ts'
import { describeConfigsApi } from '../../protocol/apis/describe-configs.ts'
import { incrementalAlterConfigsApi } from '../../protocol/apis/incremental-alter-configs.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { nodeId } from '../node-id.ts'
import { changedConfigs, replacedConfigs, type ConfigChange } from '../topics/change-configs.ts'
import { checkTopicConfigs } from '../topics/topic-configs.ts'
import type { Topic } from '../topics/topic.ts'
import { brokerConfigsOf } from './broker-configs.ts'
import { topicConfigsOf, type DescribedConfig } from './described-configs.ts'
import { alterGroup, groupConfigsOf, replacedSettings } from './group-configs.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

/** The protocol's numbers of what has a configuration. */
const resource = { topic: 2, broker: 4, group: 32 } as const

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
}

type DescribeRequest = RequestOf<typeof describeConfigsApi>
type Description = NonNullable<ResponseInput<typeof describeConfigsApi>['results']>[number]

export function configHandlers(services: ApiServices): Handler[] {
  return [
    handle(describeConfigsApi, (request) => ({
      results: request.resources.map((wanted) => describe(services, wanted, request)),
    })),
    handle(alterConfigsApi, async ({ resources, validateOnly }) => ({
      responses: await alter(services, resources, validateOnly, {
        ofTopic: (_, { configs }) => replacedConfigs(configs),
        ofGroup: ({ configs }) => replacedSettings(configs),
      }),
    })),
    handle(incrementalAlterConfigsApi, async ({ resources, validateOnly }) => ({
      responses: await alter(services, resources, validateOnly, {
        ofTopic: (topic, { configs }) => changedConfigs(topic, configs),
        ofGroup: ({ configs }) => configs,
      }),
    })),
  ]
}

function describe(
  services: ApiServices,
  { configurationKeys, ...wanted }: DescribeRequest['resources'][number],
  { includeSynonyms, includeDocumentation }: DescribeRequest,
): Description {
  const { resourceType, resourceName } = wanted
  try {
    const configs = configsOf(services, wanted).filter(({ name }) => isWanted(configurationKeys, name))
    return {
      resourceType,
      resourceName,
      errorMessage: '',
      configs: configs.map((config) => ({
        ...config,
        synonyms: includeSynonyms ? config.synonyms : [],
        documentation: includeDocumentation ? config.documentation : null,
      })),
    }
  } catch (error) {
    return { resourceType, resourceName, ...refusalOf(error, services.logger) }
  }
}

/** All, unless some are named. */
function isWanted(names: readonly string[] | null, name: string): boolean {
  return names === null || names.length === 0 || names.includes(name)
}

function configsOf(services: ApiServices, { resourceType, resourceName }: Resource): DescribedConfig[] {
  if (resourceType === resource.topic) return topicConfigsOf(topicOf(services, resourceName))
  if (resourceType === resource.group) return groupConfigsOf(services, resourceName)
  if (resourceType !== resource.broker)
    throw new KafkaRefusal('INVALID_REQUEST', `resources of type ${resourceType} have no configuration here`)
  // The empty name stands for what holds for all brokers by default; nothing is set there.
  if (resourceName === '') return []
  if (resourceName === String(nodeId)) return brokerConfigsOf(services)
  throw new KafkaRefusal('INVALID_REQUEST', `there is no broker ${resourceName}; the only one is ${nodeId}`)
}

interface Alteration<R> {
  /** What is set of the topic afterwards. */
  readonly ofTopic: (topic: Topic, wanted: R) => Topic['configs']
  readonly ofGroup: (wanted: R) => readonly ConfigChange[]
}

/** Changes all that it can; each that it cannot is answered by itself. */
async function alter<R extends Resource>(
  services: ApiServices,
  resources: readonly R[],
  validateOnly: boolean,
  { ofTopic, ofGroup }: Alteration<R>,
) {
  const isTwice = ({ resourceType, resourceName }: Resource): boolean =>
    resources.filter((other) => other.resourceType === resourceType && other.resourceName === resourceName).length > 1
  return Promise.all(
    resources.map(async (wanted) => {
      const { resourceType, resourceName } = wanted
      try {
        if (isTwice(wanted)) throw new KafkaRefusal('INVALID_REQUEST', `${resourceName} is named twice in one request`)
        if (resourceType === resource.group) {
          await alterGroup(services, resourceName, ofGroup(wanted), validateOnly)
          return { resourceType, resourceName, errorCode: 0, errorMessage: '' }
        }
        if (resourceType !== resource.topic) throw unchangeable(resourceType)
        const checked = (topic: Topic): Topic['configs'] => {
          const configs = ofTopic(topic, wanted)
          checkTopicConfigs(configs)
          return configs
        }
        if (validateOnly) checked(topicOf(services, resourceName))
        else await services.topics.setConfigs(resourceName, checked)
        return { resourceType, resourceName, errorCode: 0, errorMessage: '' }
      } catch (error) {
        return { resourceType, resourceName, ...refusalOf(error, services.logger) }
      }
    }),
  )
}

function unchangeable(resourceType: number): KafkaRefusal {
  return resourceType === resource.broker
    ? new KafkaRefusal('INVALID_CONFIG', 'settings of the broker are set in its project, and hold from its next start')
    : new KafkaRefusal('INVALID_REQUEST', `resources of type ${resourceType} have no configuration here`)
}

function topicOf({ topics }: ApiServices, name: string): Topic {
  const topic = topics.get(name)
  if (!topic) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic "${name}"`)
  return topic
}
