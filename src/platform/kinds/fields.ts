import { z } from 'zod'
import { parseDuration, parseSize } from '../../kernel/units.ts'
import { findableSchema, reservedSchemas } from '../../sql/reserved-names.ts'

/** Facts of a field beside its description; docs and forms show them. */
export interface FieldFacts {
  readonly unit?: 'duration' | 'size'
  /** The kind whose name the field holds. */
  readonly reference?: string
  /** The field lists tables and views by `namespace.name`; in a project, themselves. */
  readonly names?: 'relations'
}

/** What a field takes at least and at most, written as its values are. */
interface Bounds {
  readonly least?: string
  readonly most?: string
}

/** `7 days`, `30 s`; kept as written, for that is what people want to read again. Exact in milliseconds. */
export function duration(bounds: Bounds = {}) {
  return z
    .string({ error: 'it takes a duration as text, such as "7 days"' })
    .superRefine(check(parseDuration, bounds))
    .meta({ unit: 'duration', examples: ['7 days'] })
}

/** `64 MB`, `1 GiB`. Exact in bytes. */
export function size(bounds: Bounds = {}) {
  return z
    .string({ error: 'it takes a size as text, such as "64 MB"' })
    .superRefine(check(parseSize, bounds))
    .meta({ unit: 'size', examples: ['64 MB'] })
}

export function namespace() {
  return z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,127}$/, 'a namespace is a letter, then letters, digits, _ and -')
    .regex(findableSchema, reservedSchemas)
    .default('public')
    .describe('The schema in SQL.')
}

/** Of a file or a folder. What cannot be seen in it is not meant, and the system takes no NUL. */
export function path() {
  return z
    .string()
    .min(1)
    .refine(
      (text) => text.trim() !== '' && !/\p{Cc}/u.test(text),
      'it is the path of a file or folder: visible characters, without ends of lines and NUL',
    )
}

/** What stands between or around the fields of CSV. */
export function csvCharacter() {
  return z
    .string()
    .length(1)
    .refine((text) => !/[\n\r\0]/.test(text) && text.isWellFormed(), {
      error: 'one character that is no end of a line and not NUL',
    })
}

/** The name of another resource; in a project, the resource itself. */
export function reference(kind: string, description: string) {
  return z
    .string({ error: `it takes a ${kind}` })
    .min(1)
    .meta({ reference: kind, description })
}

function check(parse: (text: string) => number, { least, most }: Bounds) {
  return (text: string, context: z.RefinementCtx): void => {
    try {
      const value = parse(text)
      if (least !== undefined && value < parse(least))
        context.addIssue({ code: 'custom', message: `it must be at least ${least}` })
      if (most !== undefined && value > parse(most))
        context.addIssue({ code: 'custom', message: `it must be at most ${most}` })
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
    }
  }
}

/** Names of the fields of an object schema that list tables and views. */
export function relationFields(schema: z.ZodType): readonly string[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([field, type]) =>
    (type.meta() as FieldFacts | undefined)?.names === 'relations' ? [field] : [],
  )
}

/** Names of the fields of an object schema that refer to a resource, with the kind that each refers to. */
export function referenceFields(schema: z.ZodType): readonly (readonly [field: string, kind: string])[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([field, type]) => {
    const kind = (type.meta() as FieldFacts | undefined)?.reference
    return kind === undefined ? [] : [[field, kind] as const]
  })
}
