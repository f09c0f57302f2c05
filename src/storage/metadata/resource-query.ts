import { sql, type Kysely } from 'kysely'
import type { MetadataTables } from './tables.ts'

export interface ResourceQuery {
  readonly kind?: string
  readonly prefix?: string
  readonly state?: string
  /** All of them. */
  readonly tags?: Readonly<Record<string, string>>
  /** Those that sort after this one. */
  readonly after?: { readonly kind: string; readonly name: string }
  readonly limit?: number
  /** So many of them are left out first; with a limit. */
  readonly skip?: number
}

export function matching(db: Kysely<MetadataTables>, query: ResourceQuery) {
  const found = conditions(db, query).selectAll().orderBy('kind').orderBy('name')
  const { limit, skip } = query
  if (limit === undefined) return found
  return skip === undefined ? found.limit(limit) : found.limit(limit).offset(skip)
}

/** How many there are on all pages. */
export function counting(db: Kysely<MetadataTables>, query: ResourceQuery) {
  return conditions(db, query).select(({ fn }) => fn.countAll().as('count'))
}

function conditions(db: Kysely<MetadataTables>, { kind, prefix, state, tags, after }: ResourceQuery) {
  let query = db.selectFrom('resource')
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (state !== undefined) query = query.where('state', '=', state)
  // Not LIKE: names hold _ and SQLite's LIKE ignores case.
  if (prefix !== undefined) query = query.where(sql`substr(name, 1, length(cast(${prefix} as text)))`, '=', prefix)
  for (const [key, value] of Object.entries(tags ?? {}))
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('resource_tag')
          .select('resource_tag.key')
          .whereRef('resource_tag.kind', '=', 'resource.kind')
          .whereRef('resource_tag.name', '=', 'resource.name')
          .where('resource_tag.key', '=', key)
          .where('resource_tag.value', '=', value),
      ),
    )
  if (after !== undefined)
    query = query.where((where) =>
      where.or([
        where('kind', '>', after.kind),
        where.and([where('kind', '=', after.kind), where('name', '>', after.name)]),
      ]),
    )
  return query
}
