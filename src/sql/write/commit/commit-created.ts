import { prepareRowChange } from '../../../lake/commit/commit-row-changes.ts'
import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import type { TableUpdate } from '../../../lake/metadata/update.ts'
import type { TableIdent } from '../../../lake/catalog/pointer-store.ts'
import { snapshotOf, specById, tableSchema } from '../../../lake/metadata/read.ts'
import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import type { CommittedChange } from '../run/committed-change.ts'
import type { RewriteContext } from '../../../lake/commit/commit-rewrite.ts'

/** A table and its first rows in one commit, as it was staged: `assert-create`. The reason why it was not made, if it was not. */
export async function commitCreated(
  { ident, change }: CommittedChange & { readonly ident: TableIdent },
  staged: TableMetadata,
  { client, store, reader }: RewriteContext,
): Promise<string | undefined> {
  const rows = (change.added ?? []).length > 0 ? await prepareRowChange(change, staged, { store, reader }) : undefined
  if (rows && 'kind' in rows) return rows.reason
  const snapshot = rows ? rows.updates : []
  const outcome = await client.commitTable(ident, {
    requirements: [{ type: 'assert-create' }],
    updates: [...creation(staged), ...snapshot],
  })
  const name = [...ident.namespace, ident.name].join('.')
  if (outcome.outcome === 'committed') return undefined
  if (outcome.outcome === 'unknown') {
    const found = await client.loadTable(ident).catch((error: unknown) => {
      if (asWeirError(error).code === 'WEIR-4001') return undefined
      throw error
    })
    const isOurs = found?.metadata['table-uuid'] === staged['table-uuid']
    if (isOurs && (!rows || snapshotOf(found.metadata, rows.snapshotId) !== undefined)) return undefined
  }
  return `${name} was made by others meanwhile`
}

function creation(staged: TableMetadata): readonly TableUpdate[] {
  const order = staged['sort-orders'][0]!
  return [
    { action: 'assign-uuid', uuid: staged['table-uuid'] },
    { action: 'upgrade-format-version', 'format-version': staged['format-version'] },
    { action: 'add-schema', schema: tableSchema(staged), 'last-column-id': staged['last-column-id'] },
    { action: 'set-current-schema', 'schema-id': -1 },
    { action: 'add-spec', spec: specById(staged, staged['default-spec-id']) },
    { action: 'set-default-spec', 'spec-id': -1 },
    { action: 'add-sort-order', 'sort-order': order },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
    { action: 'set-location', location: staged.location },
    ...(Object.keys(staged.properties ?? {}).length > 0
      ? [{ action: 'set-properties' as const, updates: staged.properties! }]
      : []),
  ]
}
