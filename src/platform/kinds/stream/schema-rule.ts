import { z } from 'zod'

const parts = ['value', 'key'] as const

const requirement = (what: string) =>
  z
    .enum(['any', 'required'])
    .default('any')
    .describe(
      `required: each ${what} has to begin with the id of a schema that is registered for it, as serializers write it; else the log refuses it.`,
    )

const subjectNames = (what: string) =>
  z
    .enum(['topic', 'record', 'topic-record'])
    .default('topic')
    .describe(
      `How the subject of a ${what} is named: NAME-${what} after the stream, after the schema itself, or after both.`,
    )

export const schemaRule = z
  .strictObject({
    value: requirement('value'),
    key: requirement('key'),
    valueSubject: subjectNames('value'),
    keySubject: subjectNames('key'),
  })
  .superRefine((rule, context) => {
    for (const part of parts)
      if (rule[part] !== 'required' && rule[`${part}Subject`] !== 'topic')
        context.addIssue({
          code: 'custom',
          path: [`${part}Subject`],
          message: `no subject of a ${part} is looked for; set ${part} to 'required', or leave it out`,
        })
  })

export type SchemaRule = z.output<typeof schemaRule>

/** As Confluent's serializers call them. */
const strategies: Readonly<Record<SchemaRule['valueSubject'], string>> = {
  topic: 'TopicNameStrategy',
  record: 'RecordNameStrategy',
  'topic-record': 'TopicRecordNameStrategy',
}

const validationOf = (part: (typeof parts)[number]) => `confluent.${part}.schema.validation`
const strategyOf = (part: (typeof parts)[number]) => `confluent.${part}.subject.name.strategy`

/** Every setting of a topic that says something of schemas. */
export const schemaSettings: readonly string[] = parts.flatMap((part) => [validationOf(part), strategyOf(part)])

/** The settings of the topic, by the names that Confluent's brokers have for them. */
export function schemaConfig(rule: SchemaRule | undefined): Readonly<Record<string, string>> {
  const required = rule ? parts.filter((part) => rule[part] === 'required') : []
  return Object.fromEntries(
    required.flatMap((part) => [
      [validationOf(part), 'true'],
      [strategyOf(part), `io.confluent.kafka.serializers.subject.${strategies[rule![`${part}Subject`]]}`],
    ]),
  )
}

/** For plans: what is required from now on. */
export function describeSchemaRule(rule: SchemaRule | undefined): string {
  const required = rule ? parts.filter((part) => rule[part] === 'required') : []
  if (required.length === 0) return 'none required'
  return required.map((part) => `${part} required, by ${rule![`${part}Subject`]}`).join('; ')
}
