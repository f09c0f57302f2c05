import { z } from 'zod'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import {
  fileColumns,
  tableClients,
  tableDescription,
  tableFiles,
  tablePartitions,
  tableSchemas,
} from '../answers/table-inspection.ts'
import { findLakeTable } from '../find-table.ts'
import { principalOf } from '../access/request-principal.ts'
import { typed, type Routes } from './route.ts'

const named = z.object({ name: z.string() })
const at = z
  .string()
  .min(1)
  .max(255)
  .optional()
  .describe('A snapshot, a branch or tag, or a time; the current snapshot without it.')
const paged = {
  at,
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(10_000).optional().describe('next of the page before.'),
}

const fileQuery = z.strictObject({
  ...paged,
  order: z.enum(['path', 'bytes', 'rows', 'sequence']).default('path').describe('Largest first, paths in order.'),
  content: z.enum(['data', 'deletes']).optional(),
  partition: z.string().optional().describe('As it is shown: ts_day=2026-11-29.'),
})
const partitionQuery = z.strictObject({
  ...paged,
  order: z
    .enum(['partition', 'rows', 'files', 'bytes', 'deletes', 'changed'])
    .default('partition')
    .describe('Largest or newest first, partitions in order.'),
})

const fileKey = z.strictObject({ by: z.number(), path: z.string() })
const partitionKey = z.strictObject({ by: z.number(), partition: z.string(), specId: z.int() })

/** What a table is and has: of its metadata, and of the manifests of a snapshot. */
export const tableInspectionRoutes: Routes = (untyped, { access, control, operations: { tables, inspection } }) => {
  const app = typed(untyped)
  const api = { tags: ['tables'], params: named }
  const ident = async (named: string) => {
    const { namespace, name } = await findLakeTable(control, named)
    return { namespace, name }
  }

  app.get(
    '/api/v1/tables/:name',
    {
      schema: {
        ...api,
        summary: 'A table as it is: columns with field ids, partitioning, totals, properties',
        response: { 200: tableDescription },
      },
    },
    async ({ params: { name } }) => tables.describe(await ident(name)),
  )

  app.get(
    '/api/v1/tables/:name/schemas',
    {
      schema: {
        ...api,
        summary: 'The schemas that a table has had, what each changed and since when; partition specs and sort orders',
        response: { 200: tableSchemas },
      },
    },
    async ({ params: { name } }) => tables.schemas(await ident(name)),
  )

  app.get(
    '/api/v1/tables/:name/clients',
    {
      schema: {
        ...api,
        summary: 'The lines that read a table elsewhere: psql, PyIceberg, Spark, Trino, DuckDB, delta-rs',
        response: { 200: tableClients },
      },
    },
    async (request) => {
      const [table, principal] = [await ident(request.params.name), principalOf(request)]
      const rights = await access?.accessOf(principal)
      const readsFiles = rights?.refusal('table:read', { ...table, namespace: [table.namespace] }) === undefined
      return { items: await tables.clients(table, principal, readsFiles) }
    },
  )

  app.get(
    '/api/v1/tables/:name/files',
    {
      schema: {
        ...api,
        summary: 'Files of rows and of deletes of a snapshot, a page of them, and how large all are',
        querystring: fileQuery,
        response: { 200: tableFiles },
      },
    },
    async ({ params: { name }, query: { at: asked, cursor, order, limit, content, partition } }) => {
      const after = pageOf(cursor, fileKey)
      const query = {
        order,
        limit,
        ...(after ? { after: after.key } : {}),
        ...(content === undefined ? {} : { content }),
        ...(partition === undefined ? {} : { partition }),
      }
      const found = await inspection.files(await ident(name), query, after?.snapshot ?? asked)
      return { ...found, next: cursorOf(found) }
    },
  )

  app.get(
    '/api/v1/tables/:name/files/columns',
    {
      schema: {
        ...api,
        summary: 'Counts and bounds of the columns of one file',
        querystring: z.strictObject({ at, path: z.string().min(1).max(4096) }),
        response: { 200: fileColumns },
      },
    },
    async ({ params: { name }, query: { path, at: asked } }) => ({
      items: await inspection.file(await ident(name), path, asked),
    }),
  )

  app.get(
    '/api/v1/tables/:name/partitions',
    {
      schema: {
        ...api,
        summary: 'Partitions of a snapshot with rows, files, bytes, deletes and their last change',
        querystring: partitionQuery,
        response: { 200: tablePartitions },
      },
    },
    async ({ params: { name }, query: { at: asked, cursor, order, limit } }) => {
      const after = pageOf(cursor, partitionKey)
      const query = { order, limit, ...(after ? { after: after.key } : {}) }
      const found = await inspection.partitions(await ident(name), query, after?.snapshot ?? asked)
      return { ...found, next: cursorOf(found) }
    },
  )
}

/** The snapshot is in the cursor: pages are of one snapshot whatever is committed between them. */
function cursorOf({ snapshot, next }: { readonly snapshot: string | null; readonly next: object | null }) {
  return next === null ? null : Buffer.from(JSON.stringify([snapshot, next])).toString('base64url')
}

function pageOf<Key>(
  cursor: string | undefined,
  key: z.ZodType<Key>,
): { readonly snapshot: string; readonly key: Key } | undefined {
  if (cursor === undefined) return undefined
  try {
    const [snapshot, next] = z.tuple([z.string(), key]).parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { snapshot, key: next }
  } catch (cause) {
    throw new WeirError('WEIR-7007', `the cursor "${cursor}" is none that a page gave. Begin without one`, { cause })
  }
}
