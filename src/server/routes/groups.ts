import { z } from 'zod'
import type { ResetTarget } from '../../stream/groups/plan-reset.ts'
import { page } from '../answers/list.ts'
import { consumerGroup, forgotten, groupHistory, resetPlan } from '../answers/streams.ts'
import { timeParameter } from '../time-parameter.ts'
import { actorOf } from './actor.ts'
import { typed, type Routes } from './route.ts'

const params = z.object({ group: z.string() })
const groupsQuery = z.strictObject({
  prefix: z.string().optional(),
  state: z.string().optional().describe('Stable, Empty …'),
  stream: z.string().optional().describe('Only groups that read it, with what they have of it alone.'),
  after: z.string().optional().describe('next of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const groupsPage = page(consumerGroup).extend({ total: z.int().describe('Of all pages.') })

const offset = z.int().min(0)
const partition = z.int().min(0)
const target = z.discriminatedUnion('to', [
  z.strictObject({ to: z.enum(['earliest', 'latest', 'current']) }),
  z.strictObject({ to: z.literal('offset'), offset }),
  z.strictObject({ to: z.literal('time'), time: z.string().describe('ISO 8601, or "10 minutes ago".') }),
  z.strictObject({ to: z.literal('shift'), by: z.int() }),
  z.strictObject({
    to: z.literal('given'),
    offsets: z
      .array(z.strictObject({ topic: z.string(), partition, offset }))
      .min(1)
      .max(10_000),
  }),
])
const resetBody = z.strictObject({
  target,
  streams: z
    .array(z.strictObject({ topic: z.string(), partitions: z.array(partition).min(1).optional() }))
    .default([])
    .describe('Only these; all that the group committed in without it.'),
  execute: z.boolean().default(false).describe('Nothing is changed without it.'),
})

/** Consumer groups: how far they are, and moving them. */
export const groupRoutes: Routes = (untyped, { control, operations: { groups } }) => {
  const app = typed(untyped)
  const api = { tags: ['groups'], params }

  app.get(
    '/api/v1/groups',
    {
      schema: {
        tags: api.tags,
        summary: 'Consumer groups by name, with their lag',
        querystring: groupsQuery,
        response: { 200: groupsPage },
      },
    },
    ({ query }) => groups.page(query),
  )

  app.get(
    '/api/v1/groups/:group',
    { schema: { ...api, summary: 'A group: members, assignment, lag by partition', response: { 200: consumerGroup } } },
    ({ params: { group } }) => groups.describe(group),
  )

  app.get(
    '/api/v1/groups/:group/history',
    { schema: { ...api, summary: 'Its lag over the last half hour', response: { 200: groupHistory } } },
    async ({ params: { group } }) => (await groups.history(group)) ?? { at: null, everyMs: 0, lag: [] },
  )

  app.post(
    '/api/v1/groups/:group/reset',
    {
      schema: {
        ...api,
        summary: 'Move it to other offsets: says what it would do, and does it with execute',
        body: resetBody,
        response: { 200: resetPlan },
      },
    },
    async (request) => {
      const { group } = request.params
      const { target: wanted, streams, execute } = request.body
      const scope = streams.map(({ topic, partitions }) => (partitions ? { topic, partitions } : { topic }))
      const plan = await groups.reset(group, targetOf(wanted), scope, execute)
      if (execute)
        await control.record({
          actor: actorOf(request),
          action: 'reset',
          kind: 'group',
          name: group,
          detail: { target: wanted, steps: plan.steps.slice(0, auditedSteps) },
        })
      return { ...plan, executed: execute }
    },
  )

  app.delete(
    '/api/v1/groups/:group',
    { schema: { ...api, summary: 'Remove a group without members', response: { 200: forgotten } } },
    async (request) => {
      const { group } = request.params
      const partitions = await groups.delete(group)
      await control.record({
        actor: actorOf(request),
        action: 'delete',
        kind: 'group',
        name: group,
        detail: { partitions },
      })
      return { group, partitions }
    },
  )

  app.delete(
    '/api/v1/groups/:group/offsets/:stream',
    {
      schema: {
        tags: api.tags,
        params: params.extend({ stream: z.string() }),
        summary: 'Forget what it committed in a stream',
        response: { 200: forgotten },
      },
    },
    async (request) => {
      const { group, stream } = request.params
      const partitions = await groups.deleteOffsets(group, stream)
      const detail = { stream, partitions }
      await control.record({ actor: actorOf(request), action: 'forget offsets', kind: 'group', name: group, detail })
      return { group, partitions }
    },
  )
}

/** An audit of ten thousand partitions is read by nobody. */
const auditedSteps = 100

function targetOf(wanted: z.output<typeof target>): ResetTarget {
  return wanted.to === 'time' ? { to: 'time', timestampMs: timeParameter('time', wanted.time) } : wanted
}
