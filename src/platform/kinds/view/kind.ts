import { z } from 'zod'
import { namespace } from '../fields.ts'
import { asWeirError, WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Relations } from '../../../sql/engine-host.ts'
import { sqlName } from '../check-name.ts'
import type { KindDefinition, PlanContext } from '../kind-definition.ts'
import type { DesiredResource } from '../resource.ts'
import { sqlTwin } from '../sql-twin.ts'
import { referencedRelations } from './referenced-relations.ts'

export const viewSchema = z.strictObject({
  sql: z.string().trim().min(1).describe('The query. It is checked against the declared tables before anything runs.'),
  namespace: namespace(),
  comment: z.string().optional().describe('What it shows; SQL clients see it.'),
})

export type ViewSpec = z.output<typeof viewSchema>

export const viewKind: KindDefinition<ViewSpec> & { readonly kind: 'view' } = {
  kind: 'view',
  plural: 'views',
  summary: 'A query with a name.',
  example: "view('orders_by_day', { sql: 'select placed_at::date as day, count(*) as orders from orders group by 1' })",
  nameRule: sqlName,
  schema: viewSchema,
  references: ({ sql, namespace }, desired) => referencedRelations(sql, namespace, desired),
  relation: ({ name, spec: { namespace, sql, comment } }) => ({
    view: { schema: namespace, name, sql, ...(comment === undefined ? {} : { comment }) },
  }),
  check,
  describe: ({ sql }) => shorten(sql),
  changes(before, after) {
    if (before.namespace !== after.namespace)
      throw new WeirError(
        'WEIR-7005',
        `a view cannot move from ${before.namespace} to ${after.namespace}. Declare another`,
      )
    return [
      ...(before.sql === after.sql ? [] : [{ text: `sql: ${shorten(after.sql)}`, destroys: null }]),
      ...(before.comment === after.comment ? [] : [{ text: 'comment', destroys: null }]),
    ]
  },
  destroyedByRemoval: () => null,
  // The engine reads views from the relations: there is nothing to make, and nothing to undo.
  reconcile: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  status: ({ spec }) => Promise.resolve({ sql: spec.sql }),
  async trouble({ references }, { crawls }) {
    for (const { kind, name } of references) {
      if (kind !== 'crawler') continue
      const found = await crawls.find(name)
      if (found && found.pointer === null)
        return `it waits for the first crawl of ${name}, which makes the table ${found.namespace}.${found.table}`
    }
    return null
  },
}

async function check(
  { name, spec, at }: DesiredResource<ViewSpec>,
  { services, relations, desired }: PlanContext,
): Promise<void> {
  const twin = sqlTwin(desired, { kind: 'view', name }, { namespace: spec.namespace, name })
  // Tables and crawlers tell it themselves.
  if (twin?.kind === 'view')
    throw new WeirError(
      'WEIR-1006',
      `view "${name}": the view "${twin.name}" is declared in ${spec.namespace} too; SQL could not tell them apart. Rename one`,
      at === undefined ? {} : { at },
    )
  const known = await relations()
  try {
    await services.views.check({ name, sql: spec.sql, relations: known })
  } catch (thrown) {
    const error = asWeirError(thrown)
    // Its columns are not known before a crawl has found them.
    if (
      error.code === 'WEIR-6003' &&
      awaitedTables(spec, desired, known).some((table) => error.message.includes(table))
    )
      return
    const { hint } = error.details
    const advice = typeof hint === 'string' ? `. ${hint}` : ''
    throw new WeirError(error.code, `view "${name}": ${error.message}${advice}`, {
      cause: error,
      details: error.details,
      ...(at === undefined ? {} : { at }),
    })
  }
}

/** Tables that crawlers will make, which the query or a view in it reads. */
function awaitedTables(
  { sql, namespace }: ViewSpec,
  desired: readonly DesiredResource[],
  known: Relations,
): readonly string[] {
  const isKnown = (crawler: CrawledTable): boolean =>
    known.tables.some(({ schema, name }) => schema === crawler.namespace && name === crawler.table)
  return referencedRelations(sql, namespace, desired).flatMap(({ kind, name }) => {
    const found = desired.find((one) => one.kind === kind && one.name === name)
    if (kind === 'view') return awaitedTables(found!.spec as ViewSpec, desired, known)
    const crawler = found!.spec as CrawledTable
    return kind === 'crawler' && !isKnown(crawler) ? [crawler.table] : []
  })
}

interface CrawledTable {
  readonly namespace: string
  readonly table: string
}

function shorten(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
