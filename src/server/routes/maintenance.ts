import { z } from 'zod'
import { catalogue, type ErrorCode } from '../../kernel/errors/catalogue.ts'
import type { RecordedRun } from '../../storage/metadata/maintenance-runs.ts'
import { compactionPlan, maintenancePlan, recordedRun, tableMaintenance } from '../answers/maintenance.ts'
import { findLakeTable } from '../find-table.ts'
import { openEventStream } from '../event-stream.ts'
import { actorOf } from './actor.ts'
import { typed, type Routes } from './route.ts'

/** Hold: maintenance is held for as long as the connection lasts: whoever asked and died holds it no longer. */
export const maintenanceRoutes: Routes = (untyped, { control, operations: { maintenance } }) => {
  const app = typed(untyped)
  const api = { tags: ['tables'], params: z.object({ name: z.string() }) }
  const ident = async (named: string) => {
    const { namespace, name } = await findLakeTable(control, named)
    return { namespace, name }
  }
  /** Only tables of the project have their turns; what was done on others was asked for. */
  const turnsOf = async (named: string) => {
    const { declared, ...table } = await findLakeTable(control, named)
    if (declared) return maintenance.turns({ ...table, createdAt: declared.createdAt })
    const turns = await maintenance.turns({ ...table, createdAt: new Date(0).toISOString() })
    return turns.map((turn) => ({ ...turn, everyMs: null, nextAt: null }))
  }

  app.post(
    '/api/v1/maintenance/hold',
    {
      schema: {
        tags: ['process'],
        summary: 'Server-sent event `held` once no maintenance is at work; none begins until the connection closes',
      },
    },
    async (request, reply) => {
      const stream = openEventStream(request, reply)
      const held = maintenance.hold()
      stream.onClose(() => void held.then((release) => release()))
      await held
      stream.send('held', {})
    },
  )

  const now = 'Compact a table now, after the maintenance that is at work'
  app.post(
    '/api/v1/tables/:name/compact',
    { schema: { ...api, summary: now, response: { 200: recordedRun } } },
    async (request) => {
      const { name } = request.params
      const run = await maintenance.run(await ident(name), 'compact')
      const { groups: _, left: _left, ...detail } = run
      await control.record({ actor: actorOf(request), action: 'compact', kind: 'table', name, detail })
      return withRemedy(run)
    },
  )

  app.get(
    '/api/v1/tables/:name/compaction',
    { schema: { ...api, summary: 'What compaction would do now', response: { 200: compactionPlan } } },
    async ({ params: { name } }) => ({ groups: (await maintenance.plan(await ident(name), 'compact')).groups }),
  )

  const params = z.object({ name: z.string(), task: z.enum(Object.keys(tasksByPath) as [TaskPath, ...TaskPath[]]) })
  app.post(
    '/api/v1/tables/:name/maintenance/:task',
    {
      schema: {
        ...api,
        params,
        summary: 'Do a task of maintenance on a table now, after the one that is at work',
        response: { 200: recordedRun },
      },
    },
    async (request) => {
      const { name, task } = request.params
      const run = await maintenance.run(await ident(name), tasksByPath[task])
      const { groups: _, left: _left, ...detail } = run
      await control.record({ actor: actorOf(request), action: 'maintain', kind: 'table', name, detail })
      return withRemedy(run)
    },
  )

  app.get(
    '/api/v1/tables/:name/maintenance/:task',
    {
      schema: {
        ...api,
        params,
        summary: 'What a task of maintenance would do on a table now',
        response: { 200: maintenancePlan },
      },
    },
    async ({ params: { name, task } }) => maintenance.plan(await ident(name), tasksByPath[task]),
  )

  app.get(
    '/api/v1/tables/:name/maintenance',
    {
      schema: {
        ...api,
        summary: 'Maintenance of a table: last and next turn of each task, what runs did, bytes saved',
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(100).default(20),
          before: z.coerce.number().int().positive().optional().describe('next of the page before.'),
        }),
        response: { 200: tableMaintenance },
      },
    },
    async ({ params: { name }, query: { limit, before } }) => {
      const table = await ident(name)
      const page = { limit, ...(before === undefined ? {} : { before }) }
      const [tasks, { items, next }] = await Promise.all([turnsOf(name), maintenance.history(table, page)])
      const sum = (count: (totals: NonNullable<(typeof tasks)[number]['totals']>) => number, forReaders: boolean) =>
        tasks
          .filter(({ task }) => isForReaders(task) === forReaders)
          .reduce((all, { totals }) => all + (totals === null ? 0 : count(totals)), 0)
      return {
        tasks,
        savedBytes: sum(({ bytesRemoved, bytesAdded }) => bytesRemoved - bytesAdded, true),
        freedBytes: sum(({ bytesRemoved }) => bytesRemoved, false),
        runs: items.map(({ id: _id, ...run }) => withRemedy(run)),
        next,
      }
    },
  )
}

/** How an address says them. */
const tasksByPath = {
  compact: 'compact',
  'rewrite-manifests': 'rewrite manifests',
  'expire-snapshots': 'expire snapshots',
  'remove-orphans': 'remove orphans',
} as const
type TaskPath = keyof typeof tasksByPath

/** What becomes of what readers open; the others free the disk. */
const isForReaders = (task: string): boolean => task === 'compact' || task === 'rewrite manifests'

function withRemedy(run: RecordedRun): RecordedRun & { readonly remedy: string | null } {
  const { code } = run
  return { ...run, remedy: code !== null && code in catalogue ? catalogue[code as ErrorCode].remedy : null }
}
