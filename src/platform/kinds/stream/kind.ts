import { z } from 'zod'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { parseDuration, parseSize } from '../../../kernel/units.ts'
import { schemasTopic } from '../../../stream/registry/store/schemas-topic.ts'
import { duration, size } from '../fields.ts'
import type { KindDefinition, SpecChange } from '../kind-definition.ts'
import type { StreamPlan } from '../reconcile-services.ts'
import { describeSchemaRule, schemaConfig, schemaRule, schemaSettings } from './schema-rule.ts'

const retentionDefault = '7 days'

/** The newest record of each key stays, however old it is. */
const isOnlyCompacted = (config: Readonly<Record<string, string>>): boolean =>
  config['cleanup.policy']?.trim() === 'compact'

const ownOptions = { 'retention.ms': 'retention', 'retention.bytes': 'retentionBytes' } as const

export const streamSchema = z
  .strictObject({
    partitions: z
      .int()
      .min(1)
      .max(1000)
      .default(4)
      .describe(
        'How many partitions, at least: more can be added, here or by a Kafka client, never less. Records are in order within one.',
      ),
    retention: z
      .union([z.literal('forever'), duration({ least: '1 s' })])
      .default(retentionDefault)
      .describe('How long records are kept, or "forever".')
      .meta({ unit: 'duration' }),
    retentionBytes: size({ least: '1 MB' })
      .optional()
      .describe('What a partition may take, at least 1 MB; the oldest records go first. No limit without it.'),
    value: z
      .enum(['json', 'csv', 'bytes'])
      .default('json')
      .describe('What the values are. A delivery reads them so; the log takes anything.'),
    schema: schemaRule
      .optional()
      .describe('Schemas of the registry that records must have. Nothing is required without it.'),
    config: z
      .record(
        z.string().refine((name) => !(name in ownOptions), {
          error: ({ input }) => `it is the option ${ownOptions[input as keyof typeof ownOptions]}`,
        }),
        z.string(),
      )
      .default({})
      .describe("Further settings of the topic by Kafka's names, such as max.message.bytes."),
  })
  .superRefine(({ retention, retentionBytes, config }, context) => {
    if (!isOnlyCompacted(config)) return
    const idle =
      retentionBytes !== undefined
        ? 'retentionBytes'
        : [retentionDefault, 'forever'].includes(retention)
          ? undefined
          : 'retention'
    if (idle !== undefined)
      context.addIssue({
        code: 'custom',
        path: [idle],
        message:
          'with the cleanup.policy compact no record goes by age or size; set it to compact,delete, or leave this out',
      })
  })

/** What lies there is not a project's to make, change or remove. */
const namesTaken = [
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
  '__cluster_metadata',
  '__remote_log_metadata',
  schemasTopic,
]

export type StreamSpec = z.output<typeof streamSchema>

export const streamKind: KindDefinition<StreamSpec> & { readonly kind: 'stream' } = {
  kind: 'stream',
  plural: 'streams',
  summary: 'A log of records, a Kafka topic.',
  example: "stream('orders', { partitions: 4, retention: '7 days' })",
  nameRule: {
    pattern: new RegExp(`^(?!(?:\\.|\\.\\.|${namesTaken.join('|')})$)[A-Za-z0-9._-]{1,249}$`),
    rule: `letters, digits, ., _ and -, at most 249, as Kafka takes it; ${namesTaken.join(', ')} are Kafka's own and the schema registry's`,
  },
  schema: streamSchema,
  describe: ({ partitions, retention, schema, config }) =>
    [
      `${partitions} ${partitions === 1 ? 'partition' : 'partitions'}`,
      isOnlyCompacted(config) ? 'compacted' : `kept ${retention === 'forever' ? 'for ever' : retention}`,
      ...(Object.keys(schemaConfig(schema)).length === 0 ? [] : [`schema: ${describeSchemaRule(schema)}`]),
    ].join(', '),
  check: async ({ name, spec }, { services }) => services.streams.check(planOf(name, spec)),
  changes,
  destroyedByRemoval: ({ name }) => `the records of the stream ${name}`,
  reconcile: ({ name, spec }, { streams }) => streams.ensure(planOf(name, spec)),
  remove: ({ name }, { streams }) => streams.remove(name),
  async discover({ streams }) {
    const topics = await streams.list()
    // A client may make more partitions than a project: what there is, is shown as it is.
    return topics.map(({ name, partitions }) => ({ name, spec: { ...streamSchema.parse({}), partitions } }))
  },
  // A Kafka client may delete any topic. What is declared is made again, as it was declared; deliveries ask before they go on.
  isGone: async ({ name }, { streams }) => (await streams.state(name)) === 'gone',
  async trouble({ name }, { streams }) {
    const state = await streams.state(name)
    return typeof state === 'object' ? state.trouble : null
  },
  async status({ name }, { streams }) {
    const description = await streams.describe(name)
    if (!description) return { exists: false }
    const records = description.partitions.reduce((sum, { start, end }) => sum + BigInt(end) - BigInt(start), 0n)
    return { exists: true, topicId: description.topicId, records: String(records), partitions: description.partitions }
  },
}

function planOf(name: string, { partitions, retention, retentionBytes, schema, config }: StreamSpec): StreamPlan {
  const all = { ...schemaConfig(schema), ...config }
  return {
    name,
    partitions,
    retentionMs: retention === 'forever' ? null : parseDuration(retention),
    retentionBytes: retentionBytes === undefined ? null : parseSize(retentionBytes),
    config: all,
    unset: schemaSettings.filter((setting) => !(setting in all)),
  }
}

function changes(before: StreamSpec, after: StreamSpec): readonly SpecChange[] {
  const found: SpecChange[] = []
  if (after.partitions < before.partitions)
    throw new WeirError(
      'WEIR-7005',
      `partitions of a stream cannot shrink from ${before.partitions} to ${after.partitions}: records would lose their place. Declare another stream`,
    )
  if (after.partitions > before.partitions)
    found.push({
      text: `partitions ${before.partitions} to ${after.partitions}; records of a key may go to another one from then on`,
      destroys: null,
    })
  const [was, is] = [planOf('', before), planOf('', after)]
  if (was.retentionMs !== is.retentionMs)
    found.push({
      text: `retention ${before.retention} to ${after.retention}`,
      destroys: shrinks(was.retentionMs, is.retentionMs) ? `records older than ${after.retention}` : null,
    })
  if (was.retentionBytes !== is.retentionBytes)
    found.push({
      text: `retentionBytes ${before.retentionBytes ?? 'no limit'} to ${after.retentionBytes ?? 'no limit'}`,
      destroys: shrinks(was.retentionBytes, is.retentionBytes)
        ? `records beyond ${after.retentionBytes} a partition`
        : null,
    })
  const [hadRule, hasRule] = [describeSchemaRule(before.schema), describeSchemaRule(after.schema)]
  if (hadRule !== hasRule)
    found.push({ text: `schema: ${hadRule} to ${hasRule}; records that are there stay as they are`, destroys: null })
  if (before.value !== after.value) found.push({ text: `value ${before.value} to ${after.value}`, destroys: null })
  for (const key of new Set([...Object.keys(before.config), ...Object.keys(after.config)]))
    if (before.config[key] !== after.config[key])
      found.push({
        text: `config ${key} ${before.config[key] ?? 'default'} to ${after.config[key] ?? 'default'}`,
        destroys: null,
      })
  return found
}

function shrinks(before: number | null, after: number | null): boolean {
  return after !== null && (before === null || after < before)
}
