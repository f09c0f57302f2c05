import { z } from 'zod'
import { asWeirError, WeirError } from '../../../kernel/errors/weir-error.ts'
import { parseDuration, parseSize } from '../../../kernel/units.ts'
import { csvCharacter, duration, reference, size } from '../fields.ts'
import type { FindResource, KindDefinition, SpecChange } from '../kind-definition.ts'
import type { DeliveryRunPlan } from '../reconcile-services.ts'
import type { DesiredResource, Resource } from '../resource.ts'
import type { StreamSpec } from '../stream/kind.ts'
import type { TableSpec } from '../table/schema.ts'

const copyOnWriteDefault = '16 MB'

const deleteRule = z
  .strictObject({
    tombstones: z
      .boolean()
      .default(true)
      .describe('Whether a record without a value deletes the row of its key; else it is a dead letter.'),
    recordKey: z
      .enum(['json', 'text'])
      .default('json')
      .describe(
        "How the key of a record without a value is read: a JSON object with the columns of the table's key (or the value of the one that there is), or that value as text.",
      ),
    field: z
      .string()
      .min(1)
      .optional()
      .describe('A field that marks records which delete, such as __deleted of Debezium: a column or not.'),
    value: z.string().optional().describe('What the field holds then, as text; "true" without it.'),
  })
  .refine(({ field, value }) => value === undefined || field !== undefined, {
    path: ['value'],
    message: 'a value needs the field that has it',
  })
  .refine(({ tombstones, recordKey }) => tombstones || recordKey === 'json', {
    path: ['recordKey'],
    message: 'it is the key of records without a value, and tombstones is false: they are dead letters. Leave it out',
  })

export const deliverySchema = z.strictObject({
  from: reference('stream', 'The stream that is read.'),
  to: reference('table', 'The table that rows are appended to; one with a key has its rows changed.'),
  format: z.enum(['json', 'csv']).optional().describe("How values are read. That of the stream's value without it."),
  csv: z
    .strictObject({
      header: z.boolean().default(false).describe('Whether each record begins with a line of column names.'),
      columns: z
        .array(z.string())
        .min(1)
        .refine((names) => new Set(names).size === names.length, {
          error: 'a column stands twice; each field is one column',
        })
        .optional()
        .describe("The columns in the order of the fields; the table's without it."),
      delimiter: csvCharacter()
        .refine((text) => text !== '"', {
          error: 'fields are put between ", so that it separates none; choose another',
        })
        .optional()
        .describe('What separates fields; a comma without it.'),
    })
    .optional()
    .describe('How CSV is read.'),
  onNewField: z
    .enum(['reject', 'ignore', 'add column'])
    .default('reject')
    .describe(
      'What happens to a record with a field that the table does not have: a dead letter, the field is left out, or the table gets a column.',
    ),
  delete: deleteRule.optional().describe('Which records delete rows of a table with a key.'),
  copyOnWriteBelow: size()
    .default(copyOnWriteDefault)
    .describe(
      'A table with a key and less data than this is written anew by each commit; a larger one gets deletes beside its files.',
    ),
  flush: z
    .strictObject({
      size: size({ least: '1 MB' }).default('64 MB').describe('Commit when this much was read; at least 1 MB.'),
      age: duration({ least: '100 ms' }).default('60 s').describe('Commit what is this old; at least 100 ms.'),
    })
    .prefault({})
    .describe('When rows are committed as an Iceberg snapshot, whichever comes first. They are visible in SQL before.'),
  workers: z
    .int()
    .min(0)
    .max(64)
    .default(1)
    .describe(
      'How many processes of this Weir share the partitions. Those that join (weir worker) come on top; 0 leaves it to them.',
    ),
})

export type DeliverySpec = z.output<typeof deliverySchema>

export const deliveryKind: KindDefinition<DeliverySpec> & { readonly kind: 'delivery' } = {
  kind: 'delivery',
  plural: 'deliveries',
  summary: 'Carries the records of a stream into a table, each exactly once.',
  example: "delivery('orders-to-lake', { from: orders, to: ordersTable })",
  schema: deliverySchema,
  check,
  describe: ({ from, to, onNewField }) => `${from} to ${to}, new field: ${onNewField}`,
  changes,
  destroyedByRemoval: () => null,
  reconcile: async (resource, { deliveries }, find) => deliveries.ensure(await runPlan(resource, find)),
  remove: ({ name }, { deliveries }) => deliveries.stop(name),
  async status({ name }, { deliveries }) {
    return { ...(await deliveries.status(name)) }
  },
  async trouble({ name }, { deliveries }) {
    const { state, reason } = await deliveries.status(name)
    return state === 'failing' || state === 'halted' || state === 'stopped' ? (reason ?? state) : null
  },
}

async function runPlan({ name, spec }: Resource<DeliverySpec>, find: FindResource): Promise<DeliveryRunPlan> {
  const [stream, table] = await Promise.all([
    find({ kind: 'stream', name: spec.from }),
    find({ kind: 'table', name: spec.to }),
  ])
  if (!stream || !table) {
    const [kind, missing] = stream ? ['table', spec.to] : ['stream', spec.from]
    throw new WeirError(
      'WEIR-7001',
      `delivery "${name}" needs the ${kind} "${missing}", which is not there. Declare it`,
    )
  }
  return {
    name,
    from: spec.from,
    to: { namespace: (table.spec as TableSpec).namespace, name: spec.to },
    format: formatOf(name, spec, stream.spec as StreamSpec),
    ...(spec.csv === undefined ? {} : { csv: csvPlan(spec.csv) }),
    onNewField: spec.onNewField,
    ...keyPlan(spec, table.spec as TableSpec),
    flushBytes: parseSize(spec.flush.size),
    flushAgeMs: parseDuration(spec.flush.age),
    workers: spec.workers,
  }
}

function keyPlan(spec: DeliverySpec, { key }: TableSpec): Pick<DeliveryRunPlan, 'key'> {
  if (!key) return {}
  const { tombstones, recordKey, field, value = 'true' } = spec.delete ?? deleteRule.parse({})
  const deletes = { tombstones, recordKey, ...(field === undefined ? {} : { marker: { field, value } }) }
  return { key: { columns: key, deletes, copyOnWriteBytes: parseSize(spec.copyOnWriteBelow) } }
}

function csvPlan({
  header,
  columns,
  delimiter,
}: NonNullable<DeliverySpec['csv']>): NonNullable<DeliveryRunPlan['csv']> {
  return { header, ...(columns === undefined ? {} : { columns }), ...(delimiter === undefined ? {} : { delimiter }) }
}

function formatOf(name: string, { from, format }: DeliverySpec, { value }: StreamSpec): 'json' | 'csv' {
  if (format !== undefined && value !== 'bytes' && format !== value)
    throw new WeirError(
      'WEIR-1003',
      `delivery "${name}": format is "${format}", but the values of stream "${from}" are ${value}`,
    )
  const found = format ?? value
  if (found === 'bytes')
    throw new WeirError(
      'WEIR-1003',
      `delivery "${name}": the values of stream "${from}" are bytes. Set format to "json" or "csv"`,
    )
  return found
}

async function check(
  { name, spec, at }: DesiredResource<DeliverySpec>,
  { desired }: { readonly desired: readonly DesiredResource[] },
): Promise<void> {
  const where = at === undefined ? {} : { at }
  const twin = desired.find((other) => other.name !== name && isSameWay(other, spec))
  if (twin)
    throw new WeirError(
      'WEIR-1003',
      `delivery "${name}": delivery "${twin.name}" carries stream "${spec.from}" into table "${spec.to}" too, and each record goes there once. Leave one out, or choose another table`,
      where,
    )
  const stream = desired.find((other) => other.kind === 'stream' && other.name === spec.from)
  const table = desired.find((other) => other.kind === 'table' && other.name === spec.to)
  try {
    if (stream && formatOf(name, spec, stream.spec as StreamSpec) !== 'csv' && spec.csv)
      throw new WeirError(
        'WEIR-1003',
        `delivery "${name}": it has csv, but the values of stream "${spec.from}" are json. Leave csv out, or set format to "csv"`,
      )
  } catch (error) {
    throw new WeirError('WEIR-1003', asWeirError(error).message, where)
  }
  if (table && spec.delete && !(table.spec as TableSpec).key)
    throw new WeirError(
      'WEIR-1003',
      `delivery "${name}": it has delete, but the table "${spec.to}" has no key: no row could be told from another. Give the table a key`,
      where,
    )
  if (table && spec.copyOnWriteBelow !== copyOnWriteDefault && !(table.spec as TableSpec).key)
    throw new WeirError(
      'WEIR-1003',
      `delivery "${name}": copyOnWriteBelow is "${spec.copyOnWriteBelow}", but the table "${spec.to}" has no key: its rows are only added to, and never written anew. Leave it out, or give the table a key`,
      where,
    )
  const unknown = table && spec.csv?.columns?.find((column) => !(column in (table.spec as TableSpec).columns))
  if (unknown !== undefined)
    throw new WeirError(
      'WEIR-1003',
      `delivery "${name}": csv.columns names ${unknown}, which the table "${spec.to}" does not have`,
      where,
    )
}

function isSameWay({ kind, spec }: DesiredResource, { from, to }: DeliverySpec): boolean {
  return kind === 'delivery' && (spec as DeliverySpec).from === from && (spec as DeliverySpec).to === to
}

function changes(before: DeliverySpec, after: DeliverySpec): readonly SpecChange[] {
  if (before.to !== after.to)
    throw new WeirError(
      'WEIR-7005',
      `a delivery cannot change its table from ${before.to} to ${after.to}: its progress is kept in the table. Declare another delivery`,
    )
  return (Object.keys(deliverySchema.shape) as (keyof DeliverySpec)[])
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ text: `${field} ${text(before[field])} to ${text(after[field])}`, destroys: null }))
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'default')
}
