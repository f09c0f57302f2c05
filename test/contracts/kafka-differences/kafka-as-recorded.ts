import type { ResponseOf } from '../../../src/stream/protocol/api.ts'
import { apiVersionsApi } from '../../../src/stream/protocol/apis/api-versions.ts'
import { describeConfigsApi } from '../../../src/stream/protocol/apis/describe-configs.ts'
import { readRequestHeader } from '../../../src/stream/protocol/header.ts'
import { decodeRequest, decodeResponse } from '../../../src/stream/protocol/messages.ts'
import { readRecording } from '../stateless/recording.ts'

/** Every API of the recorded Kafka, by key. */
export function kafkaApis(): ReadonlyMap<number, { readonly min: number; readonly max: number }> {
  const newest = readRecording().findLast(({ key }) => key === apiVersionsApi.key)
  const recorded = readRecording().find(
    ({ key, version }) => key === apiVersionsApi.key && version === newest!.version,
  )!
  const { apiKeys } = decodeResponse(apiVersionsApi, recorded.version, Buffer.from(recorded.response, 'hex')).body
  return new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]))
}

/** The protocol's numbers. */
const resourceTypes = { topic: 2, broker: 4, group: 32 } as const
const isDefault = 5

/** Every setting of the recorded Kafka with its default. */
export function kafkaSettings(of: keyof typeof resourceTypes): ReadonlyMap<string, string> {
  for (const { key, version, request, response } of readRecording()) {
    if (key !== describeConfigsApi.key || version !== describeConfigsApi.versions.max) continue
    const frame = Buffer.from(request, 'hex')
    const { resources, includeSynonyms } = decodeRequest(describeConfigsApi, frame, readRequestHeader(frame)).body
    if (!includeSynonyms || resources[0]!.resourceType !== resourceTypes[of]) continue
    const { results } = decodeResponse(describeConfigsApi, version, Buffer.from(response, 'hex')).body
    return new Map(results[0]!.configs.map((config) => [config.name, defaultOf(config)]))
  }
  throw new Error(`nothing is recorded of the settings of a ${of}`)
}

type Config = ResponseOf<typeof describeConfigsApi>['results'][number]['configs'][number]

/** The kit that starts Kafka sets some. */
function defaultOf({ value, configSource, synonyms }: Config): string {
  const found = configSource === isDefault ? value : synonyms.findLast(({ source }) => source === isDefault)?.value
  return found ?? 'null'
}
