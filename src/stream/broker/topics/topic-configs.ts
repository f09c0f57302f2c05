import { nearestName } from '../../../kernel/nearest.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'

/** The protocol's numbers of configuration types. */
export const configType = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const

export interface TopicConfigDefinition {
  readonly type: keyof typeof configType
  readonly default: string
  readonly doc: string
  /** Values that are taken; any of the type when left out. */
  readonly allowed?: readonly string[]
  readonly min?: number
}

const ignored = 'Kept and shown, without effect on a single node.'

/** Confluent's names for how subjects are named, the default one first. */
const subjectStrategies = ['TopicNameStrategy', 'RecordNameStrategy', 'TopicRecordNameStrategy'].map(
  (name) => `io.confluent.kafka.serializers.subject.${name}`,
)

/** Every configuration of a topic, as Kafka names it, with Weir's default. */
export const topicConfigs: Readonly<Record<string, TopicConfigDefinition>> = {
  'cleanup.policy': {
    type: 'list',
    default: 'delete',
    allowed: ['delete', 'compact', 'compact,delete', 'delete,compact'],
    doc: 'delete: by retention. With compact nothing is removed: every record stays.',
  },
  'compression.type': {
    type: 'string',
    default: 'producer',
    allowed: ['producer'],
    doc: 'Batches stay as the producer made them.',
  },
  'confluent.key.schema.validation': {
    type: 'boolean',
    default: 'false',
    doc: 'Whether each key has to begin with the id of a schema that is registered.',
  },
  'confluent.key.subject.name.strategy': {
    type: 'string',
    default: subjectStrategies[0]!,
    allowed: subjectStrategies,
    doc: 'How the subject is named under which the schema of a key has to be registered.',
  },
  'confluent.value.schema.validation': {
    type: 'boolean',
    default: 'false',
    doc: 'Whether each value has to begin with the id of a schema that is registered.',
  },
  'confluent.value.subject.name.strategy': {
    type: 'string',
    default: subjectStrategies[0]!,
    allowed: subjectStrategies,
    doc: 'How the subject is named under which the schema of a value has to be registered.',
  },
  'delete.retention.ms': { type: 'long', default: '86400000', min: 0, doc: ignored },
  'file.delete.delay.ms': { type: 'long', default: '60000', min: 0, doc: ignored },
  'flush.messages': {
    type: 'long',
    default: '1',
    min: 1,
    doc: 'Every batch is synced before it is acknowledged, whatever stands here.',
  },
  'flush.ms': {
    type: 'long',
    default: '0',
    min: 0,
    doc: 'Every batch is synced before it is acknowledged, whatever stands here.',
  },
  'index.interval.bytes': { type: 'int', default: '16384', min: 0, doc: ignored },
  'max.compaction.lag.ms': { type: 'long', default: '9223372036854775807', min: 1, doc: ignored },
  'max.message.bytes': { type: 'int', default: '33554432', min: 0, doc: 'The largest batch that is taken, in bytes.' },
  'message.timestamp.after.max.ms': { type: 'long', default: '9223372036854775807', min: 0, doc: ignored },
  'message.timestamp.before.max.ms': { type: 'long', default: '9223372036854775807', min: 0, doc: ignored },
  'message.timestamp.type': {
    type: 'string',
    default: 'CreateTime',
    allowed: ['CreateTime', 'LogAppendTime'],
    doc: 'Whose clock stamps records.',
  },
  'min.cleanable.dirty.ratio': { type: 'double', default: '0.5', min: 0, doc: ignored },
  'min.compaction.lag.ms': { type: 'long', default: '0', min: 0, doc: ignored },
  'min.insync.replicas': { type: 'int', default: '1', min: 1, doc: ignored },
  preallocate: { type: 'boolean', default: 'false', doc: ignored },
  'retention.bytes': {
    type: 'long',
    default: '-1',
    min: -1,
    doc: 'A partition keeps at least this much of its end; -1 for all.',
  },
  'retention.ms': {
    type: 'long',
    default: '604800000',
    min: -1,
    doc: 'Segments whose last record is older are removed; -1 for never.',
  },
  'segment.bytes': {
    type: 'int',
    default: '134217728',
    min: 1,
    doc: 'A segment is sealed before it grows beyond this.',
  },
  'segment.index.bytes': { type: 'int', default: '10485760', min: 4, doc: ignored },
  'segment.jitter.ms': { type: 'long', default: '0', min: 0, doc: ignored },
  'segment.ms': { type: 'long', default: '604800000', min: 1, doc: ignored },
  'unclean.leader.election.enable': { type: 'boolean', default: 'false', doc: ignored },
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
  if (definition.allowed && !definition.allowed.includes(value))
    throw new KafkaRefusal('INVALID_CONFIG', `${name}=${value}: it is one of ${definition.allowed.join(' | ')}`)
  if (definition.type === 'boolean' && value !== 'true' && value !== 'false')
    throw new KafkaRefusal('INVALID_CONFIG', `${name}=${value}: it is true or false`)
  if (definition.min !== undefined && !isNumber(value, definition))
    throw new KafkaRefusal(
      'INVALID_CONFIG',
      `${name}=${value}: it is a ${definition.type} of at least ${definition.min}`,
    )
}

function isNumber(value: string, { type, min }: TopicConfigDefinition): boolean {
  const form = type === 'double' ? /^\d+(\.\d+)?$/ : /^-?\d{1,19}$/
  return form.test(value) && Number(value) >= min!
}
