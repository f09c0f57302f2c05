import { Readable } from 'node:stream'
import { z } from 'zod'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { SqlOperations } from '../../platform/operations.ts'
import { sqlAnswer } from '../answers/records.ts'
import { errorBody } from '../http-status.ts'
import { principalOf } from '../access/request-principal.ts'
import { untilClientGone } from './client-gone.ts'
import { typed, type Routes } from './route.ts'

const body = z.strictObject({
  sql: z.string().min(1).max(1_000_000),
  engine: z
    .enum(['project', 'own'])
    .default('project')
    .describe('Who answers: the engine that the project names, or the embedded one.'),
  limit: z.int().min(1).max(100_000).default(1000).describe('Rows of a JSON answer; NDJSON gives all.'),
})

const answers = {
  description: 'JSON with the first rows, or a line of columns and then one for each row.',
  content: {
    'application/json': { schema: sqlAnswer },
    'application/x-ndjson': { schema: z.string() },
  },
}

type Query = Awaited<ReturnType<SqlOperations['query']>>

/** JSON with the first rows, or with `accept: application/x-ndjson` a line of columns and then a line for each row. */
export const sqlRoutes: Routes = (untyped, { operations }) => {
  typed(untyped).post(
    '/api/v1/sql',
    { schema: { tags: ['sql'], summary: 'Run a query', body, response: { 200: answers } } },
    async (request, reply) => {
      const started = performance.now()
      const { sql, engine } = request.body
      const query = await operations.sql.query(sql, untilClientGone(reply), principalOf(request), engine)
      if (request.headers.accept?.includes('application/x-ndjson'))
        return reply
          .type('application/x-ndjson')
          .send(Readable.from(lines(query), { objectMode: false, highWaterMark: 65_536 }) as never)
      const { rows, truncated } = await firstRows(query, request.body.limit)
      const { columns, notices } = query
      const ms = Math.round((performance.now() - started) * 10) / 10
      return reply
        .type('application/json')
        .send(jsonOf({ columns, rows, truncated, ms, notices, engine: query.engine }))
    },
  )
}

async function firstRows(
  { batches }: Query,
  limit: number,
): Promise<{ rows: readonly (readonly unknown[])[]; truncated: boolean }> {
  const rows: (readonly unknown[])[] = []
  for await (const batch of batches) {
    for (const row of batch) {
      if (rows.length === limit) return { rows, truncated: true }
      rows.push(row)
    }
  }
  return { rows, truncated: false }
}

/** The status has been sent when a row fails: the error is then the last line. */
async function* lines({ columns, batches, notices, engine }: Query): AsyncIterable<string> {
  yield `${jsonOf({ columns, notices, engine })}\n`
  try {
    for await (const batch of batches) yield batch.map((row) => `${jsonOf(row)}\n`).join('')
  } catch (error) {
    yield `${jsonOf(errorBody(asWeirError(error)))}\n`
  }
}

/** Whole numbers beyond 2^53 are text: JavaScript would round them. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each))
}
