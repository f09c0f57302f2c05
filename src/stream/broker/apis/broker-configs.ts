import type { BrokerLimits } from '../broker.ts'
import { configType } from '../topics/topic-configs.ts'
import type { DescribedConfig } from './described-config.ts'

/** Of the protocol: nobody has set it. */
const defaultSource = 5

/** What holds for the whole log, by the names that Kafka's tools ask for. */
export function brokerConfigs(limits: BrokerLimits): DescribedConfig[] {
  return [
    // A project sets it as `offsetsRetention`.
    limit(
      'offsets.retention.minutes',
      Math.round(limits.offsetsRetentionMs / 60_000),
      'How long the offsets of a group without members are kept.',
    ),
    limit(
      'transaction.max.timeout.ms',
      limits.transactionTimeoutMsMax,
      'The longest that a producer may leave a transaction open.',
    ),
    limit(
      'transactional.id.expiration.ms',
      limits.transactionalIdExpirationMs,
      'A transactional id of which nothing was heard for so long is forgotten.',
    ),
    limit(
      'producer.id.expiration.ms',
      limits.producerIdExpirationMs,
      'A partition forgets a producer that wrote nothing for so long.',
    ),
  ]
}

function limit(name: string, value: number, documentation: string): DescribedConfig {
  const configuration = { configSource: defaultSource, configType: configType.int, readOnly: true }
  return { name, value: String(value), ...configuration, documentation }
}
