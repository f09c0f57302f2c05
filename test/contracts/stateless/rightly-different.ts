import type { Api } from '../../../src/stream/protocol/api.ts'
import { apiVersionsApi } from '../../../src/stream/protocol/apis/api-versions.ts'
import { describeConfigsApi } from '../../../src/stream/protocol/apis/describe-configs.ts'
import { metadataApi } from '../../../src/stream/protocol/apis/metadata.ts'
import { finalizedFeatures, servedVersions } from '../../../src/stream/protocol/versions.ts'
import { topicConfigs } from '../../../src/stream/broker/topics/topic-configs.ts'
import {
  additionalTopicSettings,
  isNamedBy,
  ownBrokerDefaults,
  ownTopicDefaults,
  unknownBrokerSettings,
  unknownGroupSettings,
} from '../kafka-differences/settings.ts'

/** In what answers to an API differ from Kafka's on purpose: what is left to compare of either, and why. */
export interface RightDifference {
  readonly api: Api
  readonly reason: string
  readonly leaves: (answer: Answer) => unknown
}

/** A plain answer: structs and lists of them. */
export interface Answer {
  readonly [field: string]: unknown
}

export const rightlyDifferent: readonly RightDifference[] = [
  {
    api: apiVersionsApi as Api,
    reason: 'APIs of clusters, share groups, streams groups and delegation tokens are not served',
    leaves: withItems('apiKeys', ({ apiKey }) => servedVersions.has(Number(apiKey))),
  },
  {
    api: apiVersionsApi as Api,
    reason: 'a feature is there when what it stands for is',
    leaves: (answer) => withFeatures(withFeatures(answer, 'supportedFeatures'), 'finalizedFeatures'),
  },
  {
    api: apiVersionsApi as Api,
    reason: 'features never change: their epoch stays where it is',
    leaves: (answer) => ({ ...answer, finalizedFeaturesEpoch: Number(answer['finalizedFeaturesEpoch']) >= 0 }),
  },
  {
    api: metadataApi as Api,
    reason: 'groups and transactions lie in logs of their own, not in topics',
    leaves: withItems('topics', ({ name }) => !String(name).startsWith('__')),
  },
  {
    api: describeConfigsApi as Api,
    reason: 'one node has no log levels that clients set, and takes no metrics of clients (KIP-714)',
    leaves: withItems('results', ({ resourceType }) => resourceType !== 8 && resourceType !== 16),
  },
  {
    api: describeConfigsApi as Api,
    reason: 'settings of Kafka that stand for what is not here are not shown',
    leaves: withConfigs(({ name }) => !isUnknown(String(name))),
  },
  {
    api: describeConfigsApi as Api,
    reason: 'topics have settings of their own for the validation of schemas',
    leaves: withConfigs(({ name }) => !(String(name) in additionalTopicSettings)),
  },
  {
    api: describeConfigsApi as Api,
    reason: 'some settings have another default',
    leaves: withConfigs(({ name }) => !hasOwnDefault(String(name))),
  },
  {
    api: describeConfigsApi as Api,
    reason: 'one replica: min.insync.replicas is no setting that holds for the cluster',
    leaves: withConfigs(({ name }) => name !== 'min.insync.replicas'),
  },
  {
    api: describeConfigsApi as Api,
    reason: 'settings of the broker are the project’s, and not to be changed by tools',
    leaves: (answer) => ({ ...answer, results: (answer['results'] as Answer[]).map(ofBroker) }),
  },
]

function withItems(field: string, isKept: (item: Answer) => boolean) {
  return (answer: Answer): Answer => ({ ...answer, [field]: (answer[field] as Answer[]).filter(isKept) })
}

function withFeatures(answer: Answer, field: string): Answer {
  return withItems(field, ({ name }) => finalizedFeatures.some((feature) => feature.name === name))(answer)
}

function withConfigs(isKept: (config: Answer) => boolean) {
  return (answer: Answer): Answer => ({
    ...answer,
    results: (answer['results'] as Answer[]).map(withItems('configs', isKept)),
  })
}

function isUnknown(name: string): boolean {
  return [...unknownBrokerSettings, ...unknownGroupSettings].some(({ names }) =>
    names.some((pattern) => isNamedBy(pattern, name)),
  )
}

function hasOwnDefault(name: string): boolean {
  const ofTopics = Object.keys(ownTopicDefaults).flatMap((topicName) => [topicName, topicConfigs[topicName]?.synonym])
  return ofTopics.includes(name) || name in ownBrokerDefaults
}

function ofBroker(result: Answer): Answer {
  if (result['resourceType'] !== 4) return result
  const configs = (result['configs'] as Answer[]).map(({ name, value, configType }) => ({ name, value, configType }))
  return { ...result, configs }
}
