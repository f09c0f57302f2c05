import type { Transaction } from 'kysely'
import { auditStore, appendAudit, type AuditRow, type AuditStore } from './audit.ts'
import type { Database } from './database.ts'
import { counting, matching, type ResourceQuery } from './resource-query.ts'
import { fromRow, toRow, type StoredResource } from './stored-resource.ts'
import type { MetadataTables } from './tables.ts'

interface Key {
  readonly kind: string
  readonly name: string
}

/** A resource as it shall be; `from` is the version that it replaces, null when it must be new. */
export interface ResourceWrite {
  readonly resource: StoredResource
  readonly from: number | null
  readonly audit: AuditRow
}

/** What stood against a write: nothing was changed. `found` is the version there is, null when there is none. */
export type WriteResult =
  | { readonly written: true }
  | ({ readonly written: false; readonly found: number | null } & Key)

export interface HistoryRow {
  readonly version: number
  readonly at: string
  readonly actor: string
  readonly spec: unknown
  readonly tags: Readonly<Record<string, string>>
}

export interface ResourceStore extends AuditStore {
  get(key: Key): Promise<StoredResource | undefined>
  /** Sorted by kind and name. */
  list(query: ResourceQuery): Promise<readonly StoredResource[]>
  count(query: ResourceQuery): Promise<number>
  /** All of them with history and audit in one transaction, or none. */
  write(writes: readonly ResourceWrite[]): Promise<WriteResult>
  /** Only while the version is still this one; false when it has moved on or is gone. */
  setState(key: Key, change: StateChange): Promise<boolean>
  /** When it was undone; the history stays. */
  erase(key: Key): Promise<void>
  /** Newest first. */
  history(key: Key): Promise<readonly HistoryRow[]>
}

export interface StateChange {
  readonly version: number
  readonly state: string
  readonly reason: string | null
  readonly at: string
}

export function resourceStore({ db, transact }: Database): ResourceStore {
  return {
    ...auditStore(db),
    async get({ kind, name }) {
      const row = await db
        .selectFrom('resource')
        .selectAll()
        .where('kind', '=', kind)
        .where('name', '=', name)
        .executeTakeFirst()
      return row && fromRow(row)
    },
    async list(query) {
      return (await matching(db, query).execute()).map(fromRow)
    },
    async count(query) {
      return Number((await counting(db, query).executeTakeFirstOrThrow()).count)
    },
    write: (writes) =>
      transact(async (transaction) => {
        for (const { resource, from } of writes) {
          const { kind, name } = resource
          const found = await versionOf(transaction, resource)
          if (found !== from) return { written: false as const, kind, name, found }
        }
        for (const write of writes) await writeOne(transaction, write)
        return { written: true as const }
      }),
    async setState({ kind, name }, { version, state, reason, at }) {
      const { numUpdatedRows } = await db
        .updateTable('resource')
        .set({ state, reason, updated_at: at })
        .where('kind', '=', kind)
        .where('name', '=', name)
        .where('version', '=', version)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    erase: (key) =>
      transact(async (transaction) => {
        await transaction.deleteFrom('resource_tag').where('kind', '=', key.kind).where('name', '=', key.name).execute()
        await transaction.deleteFrom('resource').where('kind', '=', key.kind).where('name', '=', key.name).execute()
      }),
    async history({ kind, name }) {
      const rows = await db
        .selectFrom('resource_history')
        .selectAll()
        .where('kind', '=', kind)
        .where('name', '=', name)
        .orderBy('at', 'desc')
        .orderBy('version', 'desc')
        .execute()
      return rows.map(({ version, at, actor, spec, tags }) => ({
        version,
        at,
        actor,
        spec: JSON.parse(spec) as unknown,
        tags: JSON.parse(tags) as Record<string, string>,
      }))
    },
  }
}

async function versionOf(transaction: Transaction<MetadataTables>, { kind, name }: Key): Promise<number | null> {
  const row = await transaction
    .selectFrom('resource')
    .select('version')
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.version ?? null
}

async function writeOne(transaction: Transaction<MetadataTables>, { resource, audit }: ResourceWrite): Promise<void> {
  const row = toRow(resource)
  const { kind, name, version, spec, tags } = row
  const { kind: _kind, name: _name, created_at: _created, ...rest } = row
  await transaction
    .insertInto('resource')
    .values(row)
    .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(rest))
    .execute()
  await transaction.deleteFrom('resource_tag').where('kind', '=', kind).where('name', '=', name).execute()
  const tagRows = Object.entries(resource.tags).map(([key, value]) => ({ kind, name, key, value }))
  if (tagRows.length > 0) await transaction.insertInto('resource_tag').values(tagRows).execute()
  await transaction
    .insertInto('resource_history')
    .values({ kind, name, version, at: audit.at, actor: audit.actor, spec, tags })
    .execute()
  await appendAudit(transaction, audit)
}
