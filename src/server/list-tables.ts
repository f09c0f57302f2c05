import type { z } from 'zod'
import type { ControlPlane } from '../platform/control/control-plane.ts'
import type { Resource } from '../platform/kinds/resource.ts'
import type { listedTable } from './answers/tables.ts'

type ListedTable = z.output<typeof listedTable>

/** Tables of the catalog and of crawlers, by namespace and name. */
export async function listTables(control: Pick<ControlPlane, 'list' | 'relations'>): Promise<readonly ListedTable[]> {
  const [{ tables }, declared, crawlers] = await Promise.all([
    control.relations(),
    allOf(control, 'table'),
    allOf(control, 'crawler'),
  ])
  const owners = new Map<string, ListedTable['by']>([
    ...crawlers.map(({ spec }) => [keyOf(spec as CrawledTable), 'crawler'] as const),
    ...declared.map(({ name, spec }) => [keyOf({ ...(spec as CrawledTable), table: name }), 'project'] as const),
  ])
  return tables.map(({ schema, name }) => ({
    namespace: schema,
    name,
    by: owners.get(keyOf({ namespace: schema, table: name })) ?? 'others',
  }))
}

interface CrawledTable {
  readonly namespace: string
  readonly table: string
}

/** Names of schemas and tables may hold any character but this. */
function keyOf({ namespace, table }: CrawledTable): string {
  return `${namespace}\0${table}`
}

async function allOf(control: Pick<ControlPlane, 'list'>, kind: string): Promise<readonly Resource[]> {
  const found: Resource[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<ControlPlane['list']>> = await control.list({
      kind,
      ...(cursor === null ? {} : { cursor }),
    })
    found.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  return found
}
