import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import type { RewriteContext } from '../../../lake/commit/commit-rewrite.ts'
import { commitRowChanges, type TableRowChange } from '../../../lake/commit/commit-row-changes.ts'
import { planScan } from '../../../lake/scan/plan-scan.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { CommitRequest } from '../../engine-host.ts'
import { conflict } from '../run/change-table.ts'
import { type CommittedChange, decodeChange } from '../run/committed-change.ts'
import { commitCreated } from './commit-created.ts'

/** Where the files of a commit go, and by whom it is committed: the catalog's REST interface, like everybody else. */
export interface CommitContext extends RewriteContext {
  readonly store: ObjectStore
}

/**
 * Makes the files durable, then commits all tables together. What was certainly not committed leaves no file behind, for
 * nobody else knows the names; while the outcome is unknown nothing is removed.
 */
export async function commitRequest(request: CommitRequest, context: CommitContext): Promise<void> {
  const tables = request.tables.map(({ schema, name, change }) => ({
    ident: { namespace: [schema], name },
    ...decodeChange(change),
  }))
  const adopted: string[] = []
  const undo = async (): Promise<void> =>
    void (await Promise.allSettled(adopted.map((location) => context.store.remove(location))))
  try {
    for (const { path, location } of tables.flatMap(({ files }) => files)) {
      adopted.push(location)
      await context.store.adopt(path, location)
    }
  } catch (error) {
    await undo()
    throw error
  }
  const stale = await commitAdopted(tables, context)
  if (stale === undefined) return
  await undo()
  throw conflict(stale)
}

type TableOfCommit = CommittedChange & Pick<TableRowChange, 'ident'>

/** Why nothing was committed, and never will be; undefined when it was. */
async function commitAdopted(tables: readonly TableOfCommit[], context: CommitContext): Promise<string | undefined> {
  const [only, ...more] = tables
  if (only?.created && more.length === 0) return commitCreated(only, only.created, context)
  const outcome = await commitRowChanges(tables, context)
  return outcome.kind === 'stale' ? outcome.reason : undefined
}

/**
 * Whether a commit whose process was killed has landed: one of its files is named. Tables of one commit change together, so any of
 * them tells.
 */
export async function hasLanded(request: CommitRequest, { client, store, reader }: CommitContext): Promise<boolean> {
  for (const { schema, name, change } of request.tables) {
    const { change: rows } = decodeChange(change)
    const { metadata } = await client.loadTable({ namespace: [schema], name }).catch((error: unknown) => {
      if (asWeirError(error).code === 'WEIR-4001') return { metadata: undefined }
      throw error
    })
    if (metadata === undefined) continue
    const scan = await planScan({ metadata, store, reader })
    const present = new Set([...scan.dataFiles, ...scan.deleteFiles].map(({ location }) => location))
    const own = [...(rows.added ?? []), ...(rows.deletes ?? [])]
    if (own.some(({ location }) => present.has(location))) return true
    // It only took files out.
    const before = metadata['table-uuid'] === rows.tableUuid && own.length === 0 ? (rows.removed ?? []) : []
    if (before.length > 0 && before.every(({ location }) => !present.has(location))) return true
  }
  return false
}
