import { asWeirError, WeirError } from '../kernel/errors/weir-error.ts'
import { nearestName } from '../kernel/nearest.ts'
import type { ControlPlane } from '../platform/control/control-plane.ts'
import type { Resource } from '../platform/kinds/resource.ts'

/** A table of the catalog. */
export interface FoundTable {
  readonly namespace: string
  readonly name: string
  /** As the project declares it; undefined for one that SQL or a client of the catalog made. */
  readonly declared: Resource | undefined
}

/**
 * The table that an address means by `orders`: the one that the project declares by that name, otherwise `public.orders`; by
 * `sales.orders` that one. What a name means changes with no table that somebody makes or drops, but for the one of that very name: rights
 * are asked about it before the answer. WEIR-7001 when there is none.
 */
export async function findTable(
  control: Pick<ControlPlane, 'get' | 'list' | 'relations'>,
  text: string,
): Promise<FoundTable> {
  const dot = text.lastIndexOf('.')
  const [namespace, name] = dot < 0 ? [undefined, text] : [text.slice(0, dot), text.slice(dot + 1)]
  const declared = await declaredTable(control, name)
  if (declared && (namespace === undefined || namespace === declared.namespace)) return declared
  const table = { namespace: namespace ?? 'public', name }
  const { tables } = await control.relations()
  if (tables.some((one) => one.schema === table.namespace && one.name === name))
    return { ...table, declared: undefined }
  const near = nearestName(text, await declaredNames(control))
  throw new WeirError(
    'WEIR-7001',
    `there is no table "${text}". ${near === undefined ? 'weir get table lists those of the project, information_schema.tables all; those that SQL made outside of public are named with their namespace: sales.orders' : `Did you mean ${near}?`}`,
  )
}

/** As `findTable`, of tables that have snapshots: WEIR-7001, too, for one of the files that a crawler found. Asked after rights. */
export async function findLakeTable(
  control: Pick<ControlPlane, 'get' | 'list' | 'relations'>,
  text: string,
): Promise<FoundTable> {
  const found = await findTable(control, text)
  if (found.declared) return found
  const { items } = await control.list({ kind: 'crawler' })
  const crawler = items.find(({ spec }) => {
    const { namespace, table } = spec as { readonly namespace: string; readonly table: string }
    return namespace === found.namespace && table === found.name
  })
  if (!crawler) return found
  throw new WeirError(
    'WEIR-7001',
    `"${text}" is a table of files that the crawler "${crawler.name}" found: it has no snapshots. weir crawl ${crawler.name} --dry-run looks at its files, and CREATE TABLE … AS SELECT makes a table of its rows`,
  )
}

async function declaredTable(control: Pick<ControlPlane, 'get'>, name: string): Promise<FoundTable | undefined> {
  try {
    const declared = await control.get({ kind: 'table', name })
    return { namespace: (declared.spec as { readonly namespace: string }).namespace, name, declared }
  } catch (error) {
    if (asWeirError(error).code === 'WEIR-7001') return undefined
    throw error
  }
}

async function declaredNames(control: Pick<ControlPlane, 'list'>): Promise<readonly string[]> {
  const { items } = await control.list({ kind: 'table' })
  return items.map(({ name }) => name)
}
