import { nodeId } from '../node-id.ts'
import { defaultLimits, type BrokerLimits } from '../broker.ts'
import { topicConfigs } from '../topics/topic-configs.ts'
import type { ConfigValues } from '../topics/config-values.ts'
import { brokerConfig, configSource, topicDefaults, type DescribedConfig } from './described-configs.ts'
import type { ApiServices } from './services.ts'

/** A limit of the log, by the name that Kafka's tools know. */
interface LimitConfig {
  readonly limit: keyof BrokerLimits
  readonly type: ConfigValues['type']
  /** Of the limit: what it counts in, and Kafka's unit. */
  readonly divideBy?: number
  readonly doc: string
}

const limitConfigs: Readonly<Record<string, LimitConfig>> = {
  'connections.max.idle.ms': { limit: 'idleMs', type: 'long', doc: 'A connection without any traffic is closed.' },
  'fetch.max.bytes': { limit: 'fetchBytesMax', type: 'int', doc: 'The most that one Fetch answers.' },
  'group.consumer.heartbeat.interval.ms': {
    limit: 'consumerGroupHeartbeatIntervalMs',
    type: 'int',
    doc: 'How often members of the consumer protocol are told to send a heartbeat.',
  },
  'group.consumer.session.timeout.ms': {
    limit: 'consumerGroupSessionTimeoutMs',
    type: 'int',
    doc: 'A member of the consumer protocol that is not heard of for so long is out.',
  },
  'group.initial.rebalance.delay.ms': {
    limit: 'groupInitialRebalanceDelayMs',
    type: 'int',
    doc: 'How long a group without members waits for others before its first generation.',
  },
  'group.max.session.timeout.ms': {
    limit: 'groupSessionTimeoutMsMax',
    type: 'int',
    doc: 'The longest session that a member of the classic protocol may ask for.',
  },
  'group.min.session.timeout.ms': {
    limit: 'groupSessionTimeoutMsMin',
    type: 'int',
    doc: 'The shortest session that a member of the classic protocol may ask for.',
  },
  'group.max.size': { limit: 'groupMembersMax', type: 'int', doc: 'The most members of a group.' },
  'log.cleaner.backoff.ms': {
    limit: 'compactionCheckIntervalMs',
    type: 'long',
    doc: 'How often it is looked whether something is to be compacted.',
  },
  'log.cleaner.dedupe.buffer.size': {
    limit: 'compactionMemoryBytes',
    type: 'long',
    doc: 'Memory for the keys of one pass of compaction.',
  },
  'log.cleaner.io.max.bytes.per.second': {
    limit: 'compactionBytesPerSecond',
    type: 'double',
    doc: 'What compaction reads and writes, all in all.',
  },
  'log.retention.check.interval.ms': {
    limit: 'retentionCheckIntervalMs',
    type: 'long',
    doc: 'How often it is looked whether something is to be removed.',
  },
  'max.connections': { limit: 'connectionsMax', type: 'int', doc: 'The most connections.' },
  'offsets.retention.check.interval.ms': {
    limit: 'offsetsRetentionCheckIntervalMs',
    type: 'long',
    doc: 'How often it is looked for offsets over their time, and for groups without members and offsets.',
  },
  'offsets.retention.minutes': {
    limit: 'offsetsRetentionMs',
    type: 'int',
    divideBy: 60_000,
    doc: 'How long the offsets of a group without members are kept. In a project: offsetsRetention.',
  },
  'producer.id.expiration.ms': {
    limit: 'producerIdExpirationMs',
    type: 'int',
    doc: 'An idempotent producer that wrote nothing for so long is forgotten.',
  },
  'socket.request.max.bytes': { limit: 'requestBytesMax', type: 'int', doc: 'The largest request.' },
  'transaction.max.timeout.ms': {
    limit: 'transactionTimeoutMsMax',
    type: 'int',
    doc: 'The longest that a producer may leave a transaction open.',
  },
  'transactional.id.expiration.ms': {
    limit: 'transactionalIdExpirationMs',
    type: 'int',
    doc: 'A transactional id that nobody used for so long is forgotten.',
  },
}

/** The settings of the one broker that tools ask for, with the values that are in force. */
export function brokerConfigsOf({
  limits,
  autoCreateTopics,
  defaultPartitions,
}: Pick<ApiServices, 'limits' | 'autoCreateTopics' | 'defaultPartitions'>): DescribedConfig[] {
  const fixed = (name: string, value: unknown, type: ConfigValues['type'], doc: string): DescribedConfig =>
    brokerConfig(name, String(value), configSource.default, type, doc)
  const ofProject = (name: string, value: unknown, type: ConfigValues['type'], doc: string): DescribedConfig =>
    brokerConfig(name, String(value), configSource.project, type, doc)
  return [
    ...topicDefaults(),
    ...Object.entries(limitConfigs).map(([name, { limit, type, divideBy = 1, doc }]) =>
      brokerConfig(
        name,
        String(Math.round(limits[limit] / divideBy)),
        limits[limit] === defaultLimits[limit] ? configSource.default : configSource.project,
        type,
        doc,
      ),
    ),
    ofProject(
      'auto.create.topics.enable',
      autoCreateTopics,
      'boolean',
      'Whether Metadata makes a topic that there is not.',
    ),
    fixed('broker.id', nodeId, 'int', 'There is one node.'),
    fixed('default.replication.factor', 1, 'int', 'A partition has one replica here.'),
    fixed('delete.topic.enable', true, 'boolean', 'Topics can be deleted.'),
    fixed('log.retention.ms', topicConfigs['retention.ms']!.default, 'long', topicConfigs['retention.ms']!.doc),
    fixed('node.id', nodeId, 'int', 'There is one node.'),
    ofProject('num.partitions', defaultPartitions, 'int', 'How many partitions a topic has whose maker does not say.'),
    fixed('offsets.topic.replication.factor', 1, 'short', 'A partition has one replica here.'),
  ].toSorted((left, right) => (left.name < right.name ? -1 : 1))
}
