import { describeConfigsApi } from '../../../src/stream/protocol/apis/describe-configs.ts'
import { servedVersions } from '../../../src/stream/protocol/versions.ts'
import { inEachVersion, type Question } from './question.ts'

/** The protocol's numbers of what has a configuration, and one that is none. */
const resource = { topic: 2, broker: 4, logger: 8, clientMetrics: 16, group: 32, none: 99 } as const

/** What administrators ask about settings. */
export function configQuestions(): readonly Question[] {
  const one = (resourceType: number, resourceName: string, configurationKeys: readonly string[] | null = null) => ({
    resources: [{ resourceType, resourceName, configurationKeys }],
  })
  const names = ['min.compaction.lag.ms', 'cleanup.policy', 'no.such.setting']
  const newest = servedVersions.get(describeConfigsApi.key)!.max
  const topic = one(resource.topic, 'orders')
  return [
    // Whole once: they are long.
    ...[topic, one(resource.broker, '1')].flatMap((all) =>
      inEachVersion(describeConfigsApi, { ...all, includeSynonyms: true }, newest),
    ),
    ...inEachVersion(describeConfigsApi, one(resource.topic, 'orders', names)),
    ...inEachVersion(describeConfigsApi, one(resource.topic, 'nobody')),
    ...inEachVersion(describeConfigsApi, one(resource.broker, '1', ['num.partitions', 'no.such.setting'])),
    ...['', '7', 'x'].flatMap((name) => inEachVersion(describeConfigsApi, one(resource.broker, name))),
    ...inEachVersion(describeConfigsApi, one(resource.logger, '1', ['kafka.server'])),
    ...inEachVersion(describeConfigsApi, one(resource.clientMetrics, 'mine')),
    ...inEachVersion(describeConfigsApi, { ...one(resource.group, 'readers'), includeSynonyms: true }),
    ...inEachVersion(describeConfigsApi, one(resource.none, 'x')),
  ]
}
