import { z } from 'zod'
import { tableActions } from '../../../access/policy.ts'
import { parseTablePattern } from '../../../access/table-pattern.ts'

const action = z.enum([...tableActions, 'table:*'])

const principal = z
  .string()
  .regex(
    /^(everyone|(user|group):[A-Za-z0-9][A-Za-z0-9._@-]{0,62})$/,
    "a principal is user('ana'), group('analysts') or everyone",
  )

const pattern = z
  .string()
  .refine(
    (text) => parseTablePattern(text) !== undefined,
    'write it with its namespace: sales.orders, sales.raw_* for names that begin so, sales.* for all of a namespace, * for all tables',
  )

export const policySchema = z
  .strictObject({
    principals: z
      .array(principal)
      .min(1)
      .describe("Whom it is about: user('ana'), group('analysts'), 'everyone'. As text user:ana, group:analysts."),
    on: z
      .array(pattern)
      .min(1)
      .meta({ names: 'relations' })
      .describe(
        'Tables and views: themselves in a project, or sales.orders, sales.raw_* (names that begin so), sales.* (all of a namespace), *. One that is named here is for those alone whom a policy allows it.',
      ),
    allow: z
      .array(action)
      .default([])
      .describe(
        'What they may: table:read, table:write (rows, columns, properties), table:create, table:drop, table:*.',
      ),
    deny: z.array(action).default([]).describe('What they may not, whatever else allows it.'),
    columns: z
      .strictObject({
        mask: z
          .array(z.string().min(1))
          .min(1)
          .describe('Columns that read as null, for whom no other policy lets read without that.'),
      })
      .optional()
      .describe('What of the columns is hidden.'),
  })
  .superRefine(({ allow, deny, columns, on }, context) => {
    const refuse = (path: readonly PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message })
    if (allow.length === 0 && deny.length === 0)
      refuse(['allow'], 'it allows and denies nothing. Name actions in allow or deny')
    for (const [at, each] of deny.entries())
      if (allow.includes(each)) refuse(['deny', at], 'it is allowed too. Leave it out of one of them')
    if (!columns) return
    if (!allow.some((each) => each === 'table:read' || each === 'table:*'))
      refuse(['columns'], 'columns are masked for those who are allowed table:read here')
    for (const [at, name] of columns.mask.entries())
      if (name.includes('.')) refuse(['columns', 'mask', at], 'whole columns are masked, no fields of them')
    if (on.includes('*')) refuse(['on'], 'a mask takes the tables that have the columns: name them, or a namespace')
  })

export type PolicySpec = z.output<typeof policySchema>
