import type { Topic } from '../topics/topic.ts'

/** How the subject of a record is named: after its topic, after the schema itself, or after both. */
export type SubjectStrategy = 'topic' | 'record' | 'topic-record'

export type RecordPart = 'key' | 'value'

/** What a topic requires of keys and values; a part that is not there is taken as it is. */
export type SchemaRules = Readonly<Partial<Record<RecordPart, SubjectStrategy>>>

const strategies: Readonly<Record<string, SubjectStrategy>> = {
  'io.confluent.kafka.serializers.subject.TopicNameStrategy': 'topic',
  'io.confluent.kafka.serializers.subject.RecordNameStrategy': 'record',
  'io.confluent.kafka.serializers.subject.TopicRecordNameStrategy': 'topic-record',
}

/** Undefined for a topic that requires nothing, as most do. */
export function schemaRulesOf({ configs }: Pick<Topic, 'configs'>): SchemaRules | undefined {
  const key = ruleOf(configs, 'key')
  const value = ruleOf(configs, 'value')
  if (!key && !value) return undefined
  return { ...(key ? { key } : {}), ...(value ? { value } : {}) }
}

function ruleOf(configs: Topic['configs'], part: RecordPart): SubjectStrategy | undefined {
  if (configs[`confluent.${part}.schema.validation`] !== 'true') return undefined
  return strategies[configs[`confluent.${part}.subject.name.strategy`] ?? ''] ?? 'topic'
}
