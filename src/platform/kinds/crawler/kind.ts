import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { isInBucket } from '../../lake/bucket-access.ts'
import type { KindDefinition, PlanContext, SpecChange } from '../kind-definition.ts'
import type { DesiredResource } from '../resource.ts'
import { sqlTwin } from '../sql-twin.ts'
import { leadsOutside } from './crawl-plan-of.ts'
import { crawlerSchema, type CrawlerSpec } from './schema.ts'

export const crawlerKind: KindDefinition<CrawlerSpec> & { readonly kind: 'crawler' } = {
  kind: 'crawler',
  plural: 'crawlers',
  summary: 'Makes a table of a folder of CSV, JSON or Parquet files that others write.',
  example: "crawler('raw-sales', { path: './data/sales', table: 'sales', schedule: 'every hour' })",
  schema: crawlerSchema,
  check,
  describe: ({ path, table, schedule }) => `${path} as ${table}, ${schedule ?? 'on demand'}`,
  changes,
  destroyedByRemoval: () => null,
  reconcile: ({ name, spec }, { crawls }) =>
    crawls.prepare(name, {
      namespace: spec.namespace,
      name: spec.table,
      comment: spec.comment ?? null,
      declared: JSON.stringify(spec),
    }),
  remove: ({ name }, { crawls }) => crawls.forget(name),
  async status({ name, spec }, { crawls }) {
    const found = await crawls.find(name)
    const { columns = [], summary = null, at = null, error = null } = found ?? {}
    return { table: `${spec.namespace}.${spec.table}`, at, error, columns, summary }
  },
  async trouble({ name, spec: { namespace, table } }, { crawls, tables }) {
    const found = await crawls.find(name)
    if (found?.error != null) return found.error
    return (await tables.exists({ namespace, name: table }))
      ? `another client of the catalog made the table ${namespace}.${table}: SQL reads that one. Drop it, or name another table here`
      : null
  },
}

async function check(
  { name, spec, at }: DesiredResource<CrawlerSpec>,
  { desired, services }: Pick<PlanContext, 'desired' | 'services'>,
): Promise<void> {
  const where = at === undefined ? {} : { at }
  // Whoever may use the API must not read every file of the machine by it.
  if (isInBucket(spec.path)) services.crawls.checkBucket(name, spec.path, at !== undefined)
  else if (leadsOutside(spec.path) && !(spec.outside && at !== undefined))
    throw new WeirError(
      'WEIR-4022',
      `crawler "${name}": ${spec.path} is outside the project. Say outside: true in the project file if that is meant`,
      where,
    )
  const twin = sqlTwin(desired, { kind: 'crawler', name }, { namespace: spec.namespace, name: spec.table })
  if (twin)
    throw new WeirError(
      'WEIR-1006',
      `crawler "${name}": the ${twin.kind} "${twin.name}" is ${spec.namespace}.${spec.table} too; SQL could not tell them apart. Name another table`,
      where,
    )
}

function changes(before: CrawlerSpec, after: CrawlerSpec): readonly SpecChange[] {
  return (Object.keys(crawlerSchema.shape) as (keyof CrawlerSpec)[])
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ text: `${field} ${text(before[field])} to ${text(after[field])}`, destroys: null }))
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none')
}
