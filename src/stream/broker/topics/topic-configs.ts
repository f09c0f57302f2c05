import { nearestName } from '../../../kernel/nearest.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { boolean, int, listOf, long, longMax, oneOf, only, ratio, type ConfigValues } from './config-values.ts'

export interface TopicConfigDefinition {
  readonly values: ConfigValues
  readonly default: string
  readonly doc: string
  /** By this name it is a setting of a broker, in Kafka. */
  readonly synonym?: string
  /** Neither shown nor for users: tests need segments that are smaller than anybody should have. */
  readonly isInternal?: true
}

const oneNode = 'a partition has one replica here'
const notTiered = 'nothing is kept anywhere else than here'
const synced = 'Every batch is synced before it is acknowledged, whatever stands here.'

/** Confluent's names for how subjects are named, the default one first. */
const subjectStrategies = ['TopicNameStrategy', 'RecordNameStrategy', 'TopicRecordNameStrategy'].map(
  (name) => `io.confluent.kafka.serializers.subject.${name}`,
)

/** Every configuration of a topic, as Kafka names it, with Weir's default. Each acts, or takes one value only. */
export const topicConfigs: Readonly<Record<string, TopicConfigDefinition>> = {
  'cleanup.policy': {
    values: listOf(['delete', 'compact']),
    default: 'delete',
    doc: 'delete: by retention. compact: of each key the last record stays. Both: what is old goes, too.',
    synonym: 'log.cleanup.policy',
  },
  'compression.gzip.level': {
    values: int(-1, 9),
    default: '-1',
    doc: 'With compression.type=gzip: 1 to 9; -1 for the usual one.',
    synonym: 'compression.gzip.level',
  },
  'compression.lz4.level': {
    values: only('int', '9', 'this log compresses by lz4 at one level'),
    default: '9',
    doc: 'Has one value: what is compressed here by lz4 is compressed at one level.',
    synonym: 'compression.lz4.level',
  },
  'compression.type': {
    values: oneOf(['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd']),
    default: 'producer',
    doc: 'producer: batches stay as they came. Otherwise batches that come in another form are packed anew, at the cost of the log.',
    synonym: 'compression.type',
  },
  'compression.zstd.level': {
    values: int(-131_072, 22),
    default: '3',
    doc: 'With compression.type=zstd: up to 22.',
    synonym: 'compression.zstd.level',
  },
  'confluent.key.schema.validation': {
    values: boolean(),
    default: 'false',
    doc: 'Whether each key has to begin with the id of a schema that is registered.',
  },
  'confluent.key.subject.name.strategy': {
    values: oneOf(subjectStrategies),
    default: subjectStrategies[0]!,
    doc: 'How the subject is named under which the schema of a key has to be registered.',
  },
  'confluent.value.schema.validation': {
    values: boolean(),
    default: 'false',
    doc: 'Whether each value has to begin with the id of a schema that is registered.',
  },
  'confluent.value.subject.name.strategy': {
    values: oneOf(subjectStrategies),
    default: subjectStrategies[0]!,
    doc: 'How the subject is named under which the schema of a value has to be registered.',
  },
  'delete.retention.ms': {
    values: long(0),
    default: '86400000',
    doc: 'With compact: a record without a value stays for so long after the pass that found it to be the last of its key.',
    synonym: 'log.cleaner.delete.retention.ms',
  },
  'file.delete.delay.ms': {
    values: long(0),
    default: '0',
    doc: 'How long files stay that retention or compaction have no use for any more. What is being read stays readable without.',
    synonym: 'log.segment.delete.delay.ms',
  },
  'flush.messages': { values: long(1), default: '1', doc: synced, synonym: 'log.flush.interval.messages' },
  'flush.ms': { values: long(0), default: '0', doc: synced },
  'follower.replication.throttled.replicas': {
    values: only('list', '', oneNode),
    default: '',
    doc: 'Has one value: there are no followers.',
  },
  'index.interval.bytes': {
    values: int(0),
    default: '16384',
    doc: 'The distance of entries in the index of a segment.',
    synonym: 'log.index.interval.bytes',
  },
  'internal.segment.bytes': { values: int(1), default: '', doc: 'Instead of segment.bytes.', isInternal: true },
  'leader.replication.throttled.replicas': {
    values: only('list', '', oneNode),
    default: '',
    doc: 'Has one value: there are no followers.',
  },
  'local.retention.bytes': {
    values: only('long', '-2', notTiered),
    default: '-2',
    doc: 'Has one value: retention.bytes.',
    synonym: 'log.local.retention.bytes',
  },
  'local.retention.ms': {
    values: only('long', '-2', notTiered),
    default: '-2',
    doc: 'Has one value: retention.ms.',
    synonym: 'log.local.retention.ms',
  },
  'max.compaction.lag.ms': {
    values: long(1),
    default: longMax,
    doc: 'With compact: an outdone record goes after so long, however few there are.',
    synonym: 'log.cleaner.max.compaction.lag.ms',
  },
  'max.message.bytes': {
    values: int(0),
    default: '33554432',
    doc: 'The largest batch that is taken, in bytes.',
    synonym: 'message.max.bytes',
  },
  'message.timestamp.after.max.ms': {
    values: long(0),
    default: '3600000',
    doc: 'Records that a producer stamps later than this after the time of the log are refused.',
    synonym: 'log.message.timestamp.after.max.ms',
  },
  'message.timestamp.before.max.ms': {
    values: long(0),
    default: longMax,
    doc: 'Records that a producer stamps earlier than this before the time of the log are refused.',
    synonym: 'log.message.timestamp.before.max.ms',
  },
  'message.timestamp.type': {
    values: oneOf(['CreateTime', 'LogAppendTime']),
    default: 'CreateTime',
    doc: 'Whose clock stamps records: the producer, or the log.',
    synonym: 'log.message.timestamp.type',
  },
  'min.cleanable.dirty.ratio': {
    values: ratio(),
    default: '0.5',
    doc: 'With compact: a pass begins when more than this part of a partition was not compacted yet.',
    synonym: 'log.cleaner.min.cleanable.ratio',
  },
  'min.compaction.lag.ms': {
    values: long(0),
    default: '0',
    doc: 'With compact: a record stays for so long at least.',
    synonym: 'log.cleaner.min.compaction.lag.ms',
  },
  'min.insync.replicas': {
    values: int(1),
    default: '1',
    doc: 'Of no consequence: no more replicas are waited for than there are, and a partition has one here.',
    synonym: 'min.insync.replicas',
  },
  preallocate: {
    values: only('boolean', 'false', 'files of this log grow as they are written'),
    default: 'false',
    doc: 'Has one value: files grow as they are written.',
    synonym: 'log.preallocate',
  },
  'remote.log.copy.disable': { values: only('boolean', 'false', notTiered), default: 'false', doc: 'Has one value.' },
  'remote.log.delete.on.disable': {
    values: only('boolean', 'false', notTiered),
    default: 'false',
    doc: 'Has one value.',
  },
  'remote.storage.enable': {
    values: only('boolean', 'false', notTiered),
    default: 'false',
    doc: 'Has one value: there is no tiered storage.',
  },
  'retention.bytes': {
    values: long(-1),
    default: '-1',
    doc: 'A partition keeps at least this much of its end; -1 for all.',
    synonym: 'log.retention.bytes',
  },
  'retention.ms': {
    values: long(-1),
    default: '604800000',
    doc: 'Segments whose last record is older are removed; -1 for never.',
  },
  'segment.bytes': {
    values: int(1_048_576),
    default: '134217728',
    doc: 'A segment is sealed before it grows beyond this.',
    synonym: 'log.segment.bytes',
  },
  'segment.index.bytes': {
    values: int(4),
    default: '10485760',
    doc: 'A segment is sealed before its index grows beyond this.',
    synonym: 'log.index.size.max.bytes',
  },
  'segment.jitter.ms': {
    values: long(0),
    default: '0',
    doc: 'So much earlier than segment.ms, at most and by chance, a segment is sealed.',
  },
  'segment.ms': {
    values: long(1),
    default: '604800000',
    doc: 'A segment is sealed when it has had records for so long, also when nothing is written any more.',
  },
  'unclean.leader.election.enable': {
    values: boolean(),
    default: 'false',
    doc: 'Of no consequence: a partition has one replica, and no other leader.',
    synonym: 'unclean.leader.election.enable',
  },
}

/** Throws KafkaRefusal INVALID_CONFIG that names the nearest name, or the values that are taken. */
export function checkTopicConfig(name: string, value: string): void {
  const definition = topicConfigs[name]
  if (!definition) {
    const guess = nearestName(name, Object.keys(topicConfigs))
    throw new KafkaRefusal(
      'INVALID_CONFIG',
      `there is no topic configuration "${name}"${guess ? `; did you mean "${guess}"?` : ''}`,
    )
  }
  const wanted = definition.values.refuse(value.trim())
  if (wanted !== undefined) throw new KafkaRefusal('INVALID_CONFIG', `${name}=${value}: it is ${wanted}`)
}

/** Throws KafkaRefusal INVALID_CONFIG for a value that is not taken, and for two that exclude each other. */
export function checkTopicConfigs(configs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(configs)) checkTopicConfig(name, value)
  const lag = (name: string): number => Number(configs[name] ?? topicConfigs[name]!.default)
  if (lag('max.compaction.lag.ms') < lag('min.compaction.lag.ms'))
    throw new KafkaRefusal(
      'INVALID_CONFIG',
      `min.compaction.lag.ms is ${lag('min.compaction.lag.ms')}, and max.compaction.lag.ms less: ${lag('max.compaction.lag.ms')}`,
    )
}
