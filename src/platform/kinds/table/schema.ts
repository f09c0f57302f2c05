import { z } from 'zod'
import { namespace } from '../fields.ts'
import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import { propertyTrouble } from '../../../lake/metadata/heeded-properties.ts'
import { deltaTroubles } from './delta-troubles.ts'
import { columnSchema, normalType, type Column } from './column.ts'
import { keyTrouble } from './key.ts'
import { partitionTroubles } from './partition.ts'

export const tableSchema = z
  .strictObject({
    columns: z
      .record(z.string(), columnSchema)
      .describe('Columns by name. Names that begin with _ are kept for Weir.')
      .transform((columns, context) => normalColumns(columns, context)),
    partitionBy: z
      .array(z.string())
      .default([])
      .describe(
        'How files are partitioned: day(at), month(at), truncate(name, 4), bucket(id, 16), or a column. Chosen once.',
      ),
    key: z
      .array(z.string())
      .min(1)
      .optional()
      .describe(
        'Columns that tell rows apart, the identifier fields in Iceberg: deliveries then change rows instead of appending them. They are required. Chosen once.',
      ),
    format: z
      .enum(['iceberg', 'delta'])
      .default('iceberg')
      .describe(
        'What other engines read the table as: Iceberg, through the catalog, or Delta, from its folder. A Delta table is only added to, and is partitioned by columns as they are. Chosen once.',
      ),
    namespace: namespace().describe('The namespace of the catalog, the schema in SQL.'),
    properties: z
      .record(z.string(), z.string())
      .default({})
      .describe("Properties of the Iceberg table. Those that begin with weir. are Weir's."),
  })
  .superRefine(({ columns, key = [], partitionBy, properties, format }, context) => {
    if (format === 'delta')
      for (const { path, message } of deltaTroubles({ columns, key, partitionBy }))
        context.addIssue({ code: 'custom', path: [...path], message })
    for (const [at, name] of key.entries()) {
      const message = keyTrouble(name, key.indexOf(name) < at, columns)
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['key', at], message })
    }
    for (const { at, message } of partitionTroubles(partitionBy, columns))
      context.addIssue({ code: 'custom', path: ['partitionBy', at], message })
    for (const [key, value] of Object.entries(properties)) {
      const message = key.startsWith('weir.')
        ? 'properties that begin with weir. are set by Weir'
        : propertyTrouble(key, value)
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['properties', key], message })
    }
  })

export type TableSpec = z.output<typeof tableSchema>

function normalColumns(columns: Readonly<Record<string, Column>>, context: z.RefinementCtx): Record<string, Column> {
  const names = Object.keys(columns)
  const refuse = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message })
  if (names.length === 0) context.addIssue({ code: 'custom', message: 'a table needs at least one column' })
  const seen = new Map<string, string>()
  const normal: Record<string, Column> = {}
  for (const name of names) {
    const twin = seen.get(name.toLowerCase())
    seen.set(name.toLowerCase(), name)
    if (twin !== undefined) refuse(name, `differs from ${twin} only by case, which SQL does not tell apart`)
    if (name.startsWith('_')) refuse(name, "names that begin with _ are Weir's")
    if (name.includes('\0')) refuse(name, 'the name of a column cannot hold the character NUL, which SQL does not take')
    // JavaScript moves keys that are numbers to the front: the order of columns would not be the declared one.
    if (/^\d*$/.test(name)) refuse(name, 'a column needs a name that is not a number')
    try {
      normal[name] = { ...columns[name]!, type: normalType(columns[name]!.type, name) }
    } catch (error) {
      const { code, message } = asWeirError(error)
      context.addIssue({ code: 'custom', path: [name], message, params: { code } })
    }
  }
  return normal
}
