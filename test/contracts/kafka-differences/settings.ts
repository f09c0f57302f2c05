/** A setting that has another default than in Kafka, and why. */
export interface OwnDefault {
  readonly kafka: string
  readonly weir: string
  readonly reason: string
}

/** Of topics, by the name that they have there. Those of brokers by which Kafka sets them for all topics follow. */
export const ownTopicDefaults: Readonly<Record<string, OwnDefault>> = {
  'file.delete.delay.ms': {
    kafka: '60000',
    weir: '0',
    reason: 'files that a reader has open stay readable without; the disk is free at once',
  },
  'flush.messages': {
    kafka: '9223372036854775807',
    weir: '1',
    reason: 'what is acknowledged is synced: there is no replica that has it too',
  },
  'flush.ms': { kafka: '9223372036854775807', weir: '0', reason: 'as `flush.messages`' },
  'index.interval.bytes': {
    kafka: '4096',
    weir: '16384',
    reason: 'less memory for each segment; from an entry on as much is read at once anyway',
  },
  'max.message.bytes': {
    kafka: '1048588',
    weir: '33554432',
    reason: 'large records come without a setting; memory is bounded by the limits of the log',
  },
  'segment.bytes': {
    kafka: '1073741824',
    weir: '134217728',
    reason: 'retention and compaction work on sealed segments: smaller ones let them come sooner',
  },
}

/** Of the broker, besides those that are the defaults of topics. */
export const ownBrokerDefaults: Readonly<Record<string, OwnDefault>> = {
  'broker.id': { kafka: '-1', weir: '1', reason: 'Kafka is told which node it is' },
  'fetch.max.bytes': {
    kafka: '57671680',
    weir: '8372224',
    reason: 'the memory of an answer of this size is used again, which is faster; who asks for more asks again',
  },
  'group.initial.rebalance.delay.ms': {
    kafka: '3000',
    weir: '0',
    reason: 'clients that poll for less than it take the late answer for a reason to join again',
  },
  'group.max.size': { kafka: '2147483647', weir: '10000', reason: 'bounded memory' },
  'log.cleaner.dedupe.buffer.size': {
    kafka: '134217728',
    weir: '33554432',
    reason: 'bounded memory; a partition with more keys takes more passes',
  },
  'log.cleaner.io.max.bytes.per.second': {
    kafka: '1.7976931348623157E308',
    weir: '33554432',
    reason: 'compaction shares the disk with producers',
  },
  'log.retention.check.interval.ms': { kafka: '300000', weir: '60000', reason: 'what is over its time goes sooner' },
  'log.retention.ms': { kafka: 'null', weir: '604800000', reason: 'the same seven days, which Kafka has in hours' },
  'max.connections': { kafka: '2147483647', weir: '4000', reason: 'bounded memory' },
  'node.id': { kafka: 'null', weir: '1', reason: 'Kafka is told which node it is' },
  'num.partitions': {
    kafka: '1',
    weir: '4',
    reason: 'a project says how many its streams have; this is for topics that a client makes',
  },
  'offsets.topic.replication.factor': { kafka: '3', weir: '1', reason: 'Kafka wants three nodes' },
  'socket.request.max.bytes': {
    kafka: '104857600',
    weir: '134217728',
    reason: 'several batches of the largest size fit into a request',
  },
}

/** Settings of a topic that Kafka does not have. */
export const additionalTopicSettings: Readonly<Record<string, string>> = {
  'confluent.key.schema.validation': 'As Confluent Server has it.',
  'confluent.key.subject.name.strategy': 'As Confluent Server has it.',
  'confluent.value.schema.validation': 'As Confluent Server has it.',
  'confluent.value.subject.name.strategy': 'As Confluent Server has it.',
}

export interface UnknownSettings {
  /** Names, or the first part of them with a `*`. */
  readonly names: readonly string[]
  readonly reason: string
}

/** Settings of a group that Kafka has and the log does not. */
export const unknownGroupSettings: readonly UnknownSettings[] = [
  { names: ['consumer.assignment.interval.ms'], reason: 'targets are computed at once' },
  { names: ['share.*'], reason: 'no share groups' },
  { names: ['streams.*'], reason: 'no streams groups' },
]

/** Settings of a broker that Kafka has and DescribeConfigs does not show here. */
export const unknownBrokerSettings: readonly UnknownSettings[] = [
  {
    names: [
      'ssl.*',
      'sasl.enabled.mechanisms',
      'sasl.jaas.config',
      'sasl.server.*',
      'connections.max.reauth.ms',
      'security.providers',
    ],
    reason: 'TLS, mechanisms and users are declared in the project; the log shows nobody where its keys lie',
  },
  {
    names: [
      'listeners',
      'advertised.listeners',
      'listener.security.protocol.map',
      'early.start.listeners',
      'principal.builder.class',
    ],
    reason: 'listeners are declared in the project',
  },
  {
    names: ['sasl.kerberos.*', 'sasl.oauthbearer.*', 'sasl.login.*', 'sasl.client.*'],
    reason: 'no GSSAPI, no OAUTHBEARER; the log logs in nowhere',
  },
  { names: ['delegation.token.*'], reason: 'no delegation tokens' },
  {
    names: [
      'authorizer.class.name',
      'client.quota.callback.class',
      'alter.config.policy.class.name',
      'create.topic.policy.class.name',
      'config.providers',
    ],
    reason: 'no plug-ins of Java; authorization is declared in the project',
  },
  {
    names: ['connection.failed.authentication.delay.ms'],
    reason: 'the delay grows with each failure, see Security',
  },
  {
    names: ['max.connections.per.ip', 'max.connections.per.ip.overrides', 'max.connection.creation.rate'],
    reason: 'connections are bounded by number, and before a login by address, see Security',
  },
  { names: ['quota.window.*', 'controller.quota.*'], reason: 'the windows are those that Kafka has by default' },
  {
    names: [
      'controller.*',
      'process.roles',
      'broker.heartbeat.interval.ms',
      'broker.session.timeout.ms',
      'initial.broker.registration.timeout.ms',
      'metadata.*',
      'controlled.shutdown.enable',
      'request.timeout.ms',
      'sasl.mechanism.controller.protocol',
    ],
    reason: 'one node without controllers',
  },
  {
    names: [
      'replica.*',
      'num.replica.*',
      'follower.fetch.last.tiered.offset.enable',
      'auto.leader.rebalance.enable',
      'leader.imbalance.check.interval.seconds',
      'inter.broker.listener.name',
      'security.inter.broker.protocol',
      'sasl.mechanism.inter.broker.protocol',
      'broker.rack',
      'replication.quota.*',
      'alter.log.dirs.replication.quota.*',
    ],
    reason: 'one node without replicas',
  },
  { names: ['remote.*'], reason: 'no tiered storage' },
  { names: ['group.share.*', 'share.*'], reason: 'no share groups' },
  { names: ['group.streams.*'], reason: 'no streams groups' },
  {
    names: ['offsets.*', 'offset.metadata.max.bytes', 'group.coordinator.*', 'transaction.state.log.*'],
    reason:
      'groups and transactions lie in logs of their own, not in topics; 4,096 characters of metadata, as Kafka has by default',
  },
  {
    names: [
      'group.consumer.assignment.interval.ms',
      'group.consumer.max.assignment.interval.ms',
      'group.consumer.min.assignment.interval.ms',
    ],
    reason: 'targets are computed at once',
  },
  {
    names: [
      'group.consumer.assignors',
      'group.consumer.max.*',
      'group.consumer.min.*',
      'group.consumer.migration.policy',
    ],
    reason:
      'fixed as Kafka has them by default: `uniform` and `range`, sessions of 45 to 60 and heartbeats of 5 to 15 seconds, migration in both directions; the size is that of `group.max.size`',
  },
  {
    names: [
      'add.partitions.to.txn.*',
      'transaction.partition.verification.enable',
      'transaction.abort.timed.out.*',
      'transaction.remove.expired.*',
      'transaction.two.phase.commit.enable',
    ],
    reason:
      'the coordinator is in the same process, and partitions ask it; two-phase commits (KIP-939) are not built, nor are they in Kafka 4.3',
  },
  {
    names: [
      'log.dir',
      'log.dirs',
      'cordoned.log.dirs',
      'log.dir.failure.timeout.ms',
      'num.recovery.threads.per.data.dir',
    ],
    reason: 'one folder, which the project says; recovery reads only what a crash left open',
  },
  {
    names: [
      'log.flush.interval.ms',
      'log.flush.scheduler.interval.ms',
      'log.flush.offset.checkpoint.interval.ms',
      'log.flush.start.offset.checkpoint.interval.ms',
    ],
    reason: 'everything is synced before it is acknowledged',
  },
  {
    names: [
      'log.retention.hours',
      'log.retention.minutes',
      'log.roll.hours',
      'log.roll.ms',
      'log.roll.jitter.hours',
      'log.roll.jitter.ms',
    ],
    reason: 'defaults of `retention.ms`, `segment.ms` and `segment.jitter.ms`: topics show them',
  },
  {
    names: [
      'log.cleaner.enable',
      'log.cleaner.threads',
      'log.cleaner.io.buffer.size',
      'log.cleaner.io.buffer.load.factor',
    ],
    reason: 'compaction always runs, one partition after the other, within the memory and the rate that are shown',
  },
  {
    names: [
      'num.network.threads',
      'num.io.threads',
      'background.threads',
      'queued.max.requests',
      'queued.max.request.bytes',
      '*.purgatory.purge.interval.requests',
      'socket.*',
    ],
    reason: 'one thread; what requests and answers hold together is bounded by `memory` of the project',
  },
  {
    names: ['max.incremental.fetch.session.cache.slots', 'max.request.partition.size.limit'],
    reason: 'fetch sessions are not kept; DescribeTopicPartitions answers as many partitions as Kafka does by default',
  },
  {
    names: ['metric.reporters', 'metrics.*', 'kafka.metrics.*', 'telemetry.max.bytes'],
    reason: 'metrics are at `/metrics` in OpenMetrics; clients push none (KIP-714)',
  },
]

export function isNamedBy(pattern: string, name: string): boolean {
  const [before, after] = pattern.split('*')
  return after === undefined ? name === pattern : name.startsWith(before!) && name.endsWith(after)
}
