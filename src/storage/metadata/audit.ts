import type { Kysely } from 'kysely'
import type { MetadataTables } from './tables.ts'

/** Who did what to which resource, and the facts of it (JSON-safe). */
export interface AuditRow {
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly kind: string
  readonly name: string
  readonly detail: unknown
}

export interface AuditStore {
  append(entry: AuditRow): Promise<void>
  /** Newest first. */
  audit(filter: {
    readonly kind?: string
    readonly name?: string
    readonly limit: number
  }): Promise<readonly AuditRow[]>
}

export function auditStore(db: Kysely<MetadataTables>): AuditStore {
  return {
    append: (entry) => appendAudit(db, entry),
    async audit({ kind, name, limit }) {
      let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit)
      if (kind !== undefined) query = query.where('kind', '=', kind)
      if (name !== undefined) query = query.where('name', '=', name)
      return (await query.execute()).map(({ id: _id, detail, ...row }) => ({
        ...row,
        detail: JSON.parse(detail) as unknown,
      }))
    },
  }
}

export async function appendAudit(
  db: Kysely<MetadataTables>,
  { at, actor, action, kind, name, detail }: AuditRow,
): Promise<void> {
  await db
    .insertInto('audit')
    .values({ at, actor, action, kind, name, detail: JSON.stringify(detail ?? null) })
    .execute()
}
