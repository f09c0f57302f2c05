import { z } from 'zod'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { Resource } from '../../platform/kinds/resource.ts'
import { findLakeTable } from '../find-table.ts'
import { listTables } from '../list-tables.ts'
import { items } from '../answers/list.ts'
import { principalOf } from '../access/request-principal.ts'
import { createdRef, listedTable, rollbackPlan, snapshotDiff, tableHistory } from '../answers/tables.ts'
import { actorOf } from './actor.ts'
import { typed, type Routes } from './route.ts'

const moment = z.string().min(1).max(255).describe('A snapshot, a branch or tag, or a time.')
const named = z.object({ name: z.string() })
const refType = z.enum(['branch', 'tag'])

/** Snapshots of a table: what there are, what lies between, names for them, and the way back. */
export const tableRoutes: Routes = (untyped, { access, control, operations }) => {
  const app = typed(untyped)
  const { tables } = operations
  const api = { tags: ['tables'], params: named }
  const ident = async (named: string) => {
    const { namespace, name } = await findLakeTable(control, named)
    return { namespace, name }
  }
  const deliveriesInto = async (table: string): Promise<readonly string[]> => {
    const { declared } = await findLakeTable(control, table)
    if (!declared) return []
    const { name } = declared
    const found: Resource[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof control.list>> = await control.list({
        kind: 'delivery',
        ...(cursor === null ? {} : { cursor }),
      })
      found.push(...page.items)
      cursor = page.next
    } while (cursor !== null)
    const isInto = ({ references }: Resource) => references.some((one) => one.kind === 'table' && one.name === name)
    return found.filter(isInto).map((delivery) => delivery.name)
  }

  /** One that does not run looks when it begins. */
  const lookAgain = async (delivery: string): Promise<void> => {
    await operations.letters.resume(delivery, 'try-again').catch((error: unknown) => {
      if (asWeirError(error).code !== 'WEIR-2013') throw error
    })
  }

  app.get(
    '/api/v1/tables',
    {
      schema: {
        tags: ['tables'],
        summary: 'Every table that SQL knows, with those that the project does not declare',
        response: { 200: items(listedTable) },
      },
    },
    async (request) => {
      const rights = await access?.accessOf(principalOf(request))
      const tables = await listTables(control)
      return { items: tables.filter(({ namespace, name }) => rights?.sees({ namespace: [namespace], name }) ?? true) }
    },
  )

  app.get(
    '/api/v1/tables/:name/history',
    {
      schema: {
        ...api,
        summary: 'Snapshots of a table, newest first, and its branches and tags',
        response: { 200: tableHistory },
      },
    },
    async ({ params: { name } }) => tables.history(await ident(name)),
  )

  app.get(
    '/api/v1/tables/:name/diff',
    {
      schema: {
        ...api,
        summary: 'What lies between two snapshots of a table',
        querystring: z.strictObject({ from: moment, to: moment }),
        response: { 200: snapshotDiff },
      },
    },
    async ({ params: { name }, query: { from, to } }) => tables.diff(await ident(name), from, to),
  )

  app.get(
    '/api/v1/tables/:name/rollback',
    {
      schema: {
        ...api,
        summary: 'What a rollback would do',
        querystring: z.strictObject({ to: moment }),
        response: { 200: rollbackPlan },
      },
    },
    async ({ params: { name }, query: { to } }) => ({
      ...(await tables.planRollback(await ident(name), to)),
      deliveries: await deliveriesInto(name),
    }),
  )

  app.post(
    '/api/v1/tables/:name/rollback',
    {
      schema: {
        ...api,
        summary: 'Make an earlier snapshot current; deliveries into the table stop and ask',
        body: z.strictObject({ to: moment, from: z.string().describe('The current snapshot that was decided on.') }),
        response: { 200: rollbackPlan },
      },
    },
    async (request) => {
      const { name } = request.params
      const { to, from } = request.body
      const plan = await tables.rollBack(await ident(name), to, from)
      const detail = { from: plan.from.snapshot, to: plan.to.snapshot, undone: plan.undone.length }
      await control.record({ actor: actorOf(request), action: 'roll back', kind: 'table', name, detail })
      const deliveries = await deliveriesInto(name)
      // One that has nothing to commit would not look at its table for long.
      await Promise.all(deliveries.map(lookAgain))
      return { ...plan, deliveries }
    },
  )

  const ofRef = { tags: ['tables'], params: named.extend({ ref: z.string().min(1).max(255) }) }
  app.put(
    '/api/v1/tables/:name/refs/:ref',
    {
      schema: {
        ...ofRef,
        summary: 'Make a branch or tag of a table',
        body: z.strictObject({
          type: refType,
          at: moment.optional().describe('The current snapshot when absent.'),
          maxAgeMs: z.int().positive().optional().describe('How old its snapshot may become before it goes.'),
        }),
        response: { 200: createdRef },
      },
    },
    async (request) => {
      const { name, ref } = request.params
      const { type, at, maxAgeMs } = request.body
      const made = await tables.createRef(await ident(name), {
        name: ref,
        type,
        ...(at === undefined ? {} : { at }),
        ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
      })
      const detail = { ...request.body, ref, ...made }
      await control.record({ actor: actorOf(request), action: `create ${type}`, kind: 'table', name, detail })
      return made
    },
  )

  app.delete(
    '/api/v1/tables/:name/refs/:ref',
    {
      schema: {
        ...ofRef,
        summary: 'Drop a branch or tag of a table; its snapshot stays as long as others do',
        querystring: z.strictObject({ type: refType }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { name, ref } = request.params
      const { type } = request.query
      await tables.dropRef(await ident(name), { name: ref, type })
      await control.record({ actor: actorOf(request), action: `drop ${type}`, kind: 'table', name, detail: { ref } })
      return reply.status(204).send(null)
    },
  )
}
