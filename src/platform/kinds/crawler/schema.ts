import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import { parseDuration } from '../../../kernel/units.ts'
import { textTypes } from '../../../crawler/look/text-fits.ts'
import { csvCharacter, namespace } from '../fields.ts'
import { normalType } from '../table/column.ts'

const leastMs = 1000

const csvDefaults = { quote: '"', nullValues: [''] }

/** `every hour`, `every 15 minutes`, in milliseconds. */
export function intervalOf(schedule: string): number {
  const [, amount] = /^every (.+)$/.exec(schedule.trim()) ?? []
  return parseDuration(amount === undefined ? schedule : /^\d/.test(amount) ? amount : `1 ${amount}`)
}

const schedule = z.string().superRefine((text, context) => {
  try {
    if (!text.startsWith('every ')) throw new Error('write it like "every hour" or "every 15 minutes"')
    if (intervalOf(text) < leastMs) throw new Error('it must be at least every second')
  } catch (error) {
    context.addIssue({ code: 'custom', message: asWeirError(error).message })
  }
})

export const crawlerSchema = z
  .strictObject({
    path: z
      .string()
      .regex(/^(?!\s*$)[^\0]+$/, 'a folder has a name, without the character NUL')
      .regex(
        /^(?![a-z0-9+.-]+:\/\/)|^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^?#]*)?$/i,
        'write it like ./folder or s3://bucket/prefix',
      )
      .describe(
        'The folder whose files become rows, from the folder of the project, or `s3://bucket/prefix`. Files are read and never changed. A folder outside the project needs `outside: true`; a bucket is one that `buckets` of the project names, or that of `objects`.',
      ),
    outside: z
      .boolean()
      .default(false)
      .describe(
        'Whether the folder may lie outside the project: an absolute path, or one that begins with `..`. Only a project file may say so.',
      ),
    table: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,127}$/, 'a table is a letter, then letters, digits, _ and -, at most 128')
      .describe('The name of the table in SQL.'),
    namespace: namespace(),
    format: z
      .enum(['csv', 'json', 'parquet', 'delta'])
      .optional()
      .describe(
        'What the files are. Found out without it, by name and content; files of another format than most are left out. A folder with `_delta_log` is a Delta table.',
      ),
    csv: z
      .strictObject({
        delimiter: csvCharacter()
          .optional()
          .describe('What separates fields. Found out without it: comma, tab, semicolon or bar.'),
        header: z
          .boolean()
          .optional()
          .describe('Whether the first record has the names of the columns. Found out without it.'),
        quote: csvCharacter()
          .default(csvDefaults.quote)
          .describe('What stands around fields with delimiters in them; doubled inside.'),
        nullValues: z
          .array(z.string())
          .min(1)
          .default(csvDefaults.nullValues)
          .describe('What stands for null where it is not in quotes: the empty field without it.'),
      })
      .refine(({ delimiter, quote }) => delimiter !== quote, {
        path: ['delimiter'],
        error: 'what separates fields is not what stands around them (quote); choose another',
      })
      .prefault({})
      .describe('How CSV is read.'),
    partitions: z
      .enum(['hive', 'none'])
      .default('hive')
      .describe('Whether folders that are called `name=value` are columns.'),
    columns: z
      .record(z.string(), z.string())
      .default({})
      .transform((columns, context) => normalColumns(columns, context))
      .describe(
        'Types of columns by their Iceberg names, whatever is found; a file with other values is left out. For columns of CSV, JSON and folders: boolean, int, long, double, decimal(p,s), date, timestamp, timestamptz, string.',
      ),
    onDrift: z
      .enum(['widen', 'quarantine', 'fail'])
      .default('widen')
      .describe(
        'What happens to a file that differs from the table: `widen` adds its columns and widens types, and leaves out what does not fit even so; `quarantine` leaves it out; `fail` leaves the table as it was and says why.',
      ),
    exclude: z
      .array(z.string().min(1))
      .default([])
      .describe('Globs from the folder on, `archive/**`: such files are not seen.'),
    sampleRows: z
      .union([z.int().min(1), z.literal('all')])
      .default(1000)
      .describe(
        "How many rows of each CSV and JSON file are looked at for its types; 'all' reads whole files, so that a file with a value that does not fit is left out before a query meets it.",
      ),
    schedule: schedule
      .optional()
      .describe('When it crawls by itself: `every hour`, `every 15 minutes`. Without it once, and by `weir crawl`.'),
    comment: z.string().optional().describe('What the table holds; SQL clients see it.'),
  })
  .superRefine(({ format = 'csv', csv }, context) => {
    const isTold =
      csv.delimiter !== undefined ||
      csv.header !== undefined ||
      csv.quote !== csvDefaults.quote ||
      !isDeepStrictEqual(csv.nullValues, csvDefaults.nullValues)
    if (format !== 'csv' && isTold)
      context.addIssue({
        code: 'custom',
        path: ['csv'],
        message: `it says how CSV is read, and format is "${format}"; leave one of them out`,
      })
  })

export type CrawlerSpec = z.output<typeof crawlerSchema>

function normalColumns(columns: Readonly<Record<string, string>>, context: z.RefinementCtx): Record<string, string> {
  const normal: Record<string, string> = {}
  const seen = new Map<string, string>()
  for (const [name, type] of Object.entries(columns)) {
    const twin = seen.get(name.toLowerCase())
    seen.set(name.toLowerCase(), name)
    if (twin !== undefined)
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `differs from ${twin} only by case, which SQL does not tell apart`,
      })
    try {
      normal[name] = normalType(type, name)
      const plain: readonly string[] = textTypes
      if (!plain.includes(normal[name]) && !normal[name].startsWith('decimal('))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `a column of text cannot be declared as ${type}; there are ${textTypes.join(', ')} and decimal(p,s)`,
        })
    } catch (error) {
      const { code, message } = asWeirError(error)
      context.addIssue({ code: 'custom', path: [name], message, params: { code } })
    }
  }
  return normal
}
