import type { ResponseOf } from '../protocol/api.ts'
import { describeConfigsApi } from '../protocol/apis/describe-configs.ts'
import { incrementalAlterConfigsApi } from '../protocol/apis/incremental-alter-configs.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import type { ConfigDescription } from './kafka-client.ts'
import { check } from './retry.ts'

/** The protocol's numbers. */
const topicResource = 2
const setConfig = 0
const deleteConfig = 1
const topicSource = 1
const sources: Readonly<Record<number, ConfigDescription['source']>> = {
  [topicSource]: 'topic',
  2: 'broker',
  3: 'cluster',
  4: 'broker file',
  5: 'default',
}
const types: Readonly<Record<number, string>> = {
  1: 'boolean',
  2: 'string',
  3: 'int',
  4: 'short',
  5: 'long',
  6: 'double',
  7: 'list',
  8: 'class',
  9: 'password',
}

type DescribedConfig = ResponseOf<typeof describeConfigsApi>['results'][number]['configs'][number]

export async function configsOf(broker: Broker, topic: string, timeoutMs: number): Promise<ConfigDescription[]> {
  const resources = [{ resourceType: topicResource, resourceName: topic, configurationKeys: null }]
  const request = { resources, includeSynonyms: true, includeDocumentation: true }
  const { body } = await broker.call(describeConfigsApi, request, { timeoutMs })
  const [result] = body.results
  check(result?.errorCode ?? kafkaErrors.UNKNOWN_SERVER_ERROR, `topic ${topic}`, result?.errorMessage)
  return result!.configs.map(descriptionOf).toSorted((left, right) => (left.name < right.name ? -1 : 1))
}

function descriptionOf(config: DescribedConfig): ConfigDescription {
  const { name, value, readOnly, configSource, isSensitive, configType, documentation, synonyms } = config
  const beneath = synonyms.find(({ source }) => source !== configSource)
  return {
    name,
    value: isSensitive ? null : value,
    source: sources[configSource] ?? 'unknown',
    ...(configSource === topicSource && beneath ? { fallback: { name: beneath.name, value: beneath.value } } : {}),
    type: types[configType] ?? '',
    readOnly,
    sensitive: isSensitive,
    documentation: documentation ?? '',
  }
}

export async function alterConfigs(
  broker: Broker,
  topic: string,
  changes: Readonly<Record<string, string | null>>,
  validateOnly: boolean,
  timeoutMs: number,
): Promise<void> {
  const configs = Object.entries(changes).map(([name, value]) => ({
    name,
    value,
    configOperation: value === null ? deleteConfig : setConfig,
  }))
  const resources = [{ resourceType: topicResource, resourceName: topic, configs }]
  const { body } = await broker.call(incrementalAlterConfigsApi, { resources, validateOnly }, { timeoutMs })
  for (const { errorCode, errorMessage } of body.responses) check(errorCode, `topic ${topic}`, errorMessage)
}
