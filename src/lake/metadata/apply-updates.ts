import { unreachable } from '../../kernel/assert.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { checkVersion } from './create.ts'
import { changed, lastAdded, type MetadataDraft } from './metadata-builder.ts'
import { addSchema, addSortOrder, addSpec } from './shape-updates.ts'
import { addSnapshot, removeRef, removeSnapshots, setRef } from './snapshot-updates.ts'
import type { StatisticsFile, TableMetadata } from './table-metadata.ts'
import type { TableUpdate } from './update.ts'

/**
 * The metadata after all updates of a commit, in order. `WEIR-4006` for what the specification forbids: an id that is
 * not there, a sequence number that is not above the last, a format downgrade.
 */
export function applyUpdates(metadata: TableMetadata, updates: readonly TableUpdate[], now: number): TableMetadata {
  let draft: MetadataDraft = { metadata, now }
  for (const update of updates) draft = apply(draft, update)
  // A clock that was set back must not make the table older than it was.
  return { ...draft.metadata, 'last-updated-ms': Math.max(now, metadata['last-updated-ms']) }
}

function apply(draft: MetadataDraft, update: TableUpdate): MetadataDraft {
  const { metadata } = draft
  switch (update.action) {
    case 'assign-uuid':
      return changed(draft, { 'table-uuid': update.uuid })
    case 'upgrade-format-version':
      return upgrade(draft, update['format-version'])
    case 'add-schema':
      return addSchema(draft, update.schema)
    case 'set-current-schema': {
      const id = lastAdded(update['schema-id'], draft.lastSchemaId, 'schema-id')
      return changed(draft, { 'current-schema-id': known(id, metadata.schemas, 'schema-id', 'schema') })
    }
    case 'add-spec':
      return addSpec(draft, update.spec)
    case 'set-default-spec': {
      const id = lastAdded(update['spec-id'], draft.lastSpecId, 'spec-id')
      return changed(draft, { 'default-spec-id': known(id, metadata['partition-specs'], 'spec-id', 'partition spec') })
    }
    case 'add-sort-order':
      return addSortOrder(draft, update['sort-order'])
    case 'set-default-sort-order': {
      const id = lastAdded(update['sort-order-id'], draft.lastOrderId, 'sort-order-id')
      return changed(draft, { 'default-sort-order-id': known(id, metadata['sort-orders'], 'order-id', 'sort order') })
    }
    case 'add-snapshot':
      return addSnapshot(draft, update.snapshot)
    case 'set-snapshot-ref':
      return setRef(draft, update)
    case 'remove-snapshots':
      return removeSnapshots(draft, update['snapshot-ids'])
    case 'remove-snapshot-ref':
      return removeRef(draft, update['ref-name'])
    case 'set-location':
      return changed(draft, { location: update.location.replace(/\/+$/, '') })
    case 'set-properties':
      return changed(draft, { properties: { ...metadata.properties, ...update.updates } })
    case 'remove-properties':
      return changed(draft, { properties: without(metadata.properties ?? {}, update.removals) })
    case 'set-statistics':
      return changed(draft, { statistics: [...others(metadata.statistics, update.statistics), update.statistics] })
    case 'remove-statistics':
      return changed(draft, { statistics: others(metadata.statistics, update) })
    case 'set-partition-statistics': {
      const added = update['partition-statistics']
      return changed(draft, { 'partition-statistics': [...others(metadata['partition-statistics'], added), added] })
    }
    case 'remove-partition-statistics':
      return changed(draft, { 'partition-statistics': others(metadata['partition-statistics'], update) })
    case 'remove-partition-specs':
      refuseUse(update['spec-ids'], metadata['default-spec-id'], 'partition spec')
      return changed(draft, {
        'partition-specs': metadata['partition-specs'].filter((spec) => !update['spec-ids'].includes(spec['spec-id'])),
      })
    case 'remove-schemas':
      refuseUse(update['schema-ids'], metadata['current-schema-id'], 'schema')
      return changed(draft, {
        schemas: metadata.schemas.filter((schema) => !update['schema-ids'].includes(schema['schema-id'])),
      })
    default:
      return unreachable(update)
  }
}

/** The actions that `applyUpdates` knows; a request with another is refused before it gets there. */
export const updateActions: ReadonlySet<string> = new Set<TableUpdate['action']>([
  'assign-uuid',
  'upgrade-format-version',
  'add-schema',
  'set-current-schema',
  'add-spec',
  'set-default-spec',
  'add-sort-order',
  'set-default-sort-order',
  'add-snapshot',
  'set-snapshot-ref',
  'remove-snapshots',
  'remove-snapshot-ref',
  'set-location',
  'set-properties',
  'remove-properties',
  'set-statistics',
  'remove-statistics',
  'set-partition-statistics',
  'remove-partition-statistics',
  'remove-partition-specs',
  'remove-schemas',
])

function upgrade(draft: MetadataDraft, version: number): MetadataDraft {
  const current = draft.metadata['format-version']
  if (version < current)
    throw new WeirError('WEIR-4006', `format-version ${current} cannot be downgraded to ${version}`)
  const rows = version >= 3 && draft.metadata['next-row-id'] === undefined ? { 'next-row-id': 0 } : {}
  return changed(draft, { 'format-version': checkVersion(version), ...rows })
}

function known<K extends string>(
  id: number,
  among: readonly Readonly<Record<K, number>>[],
  key: K,
  what: string,
): number {
  if (among.some((item) => item[key] === id)) return id
  throw new WeirError('WEIR-4006', `There is no ${what} ${id} in this table`)
}

function refuseUse(ids: readonly number[], used: number, what: string): void {
  if (ids.includes(used)) throw new WeirError('WEIR-4006', `The ${what} ${used} is in use and cannot be removed`)
}

function others(
  files: readonly StatisticsFile[] | undefined,
  than: { readonly 'snapshot-id': StatisticsFile['snapshot-id'] },
): readonly StatisticsFile[] {
  return (files ?? []).filter((file) => file['snapshot-id'] !== than['snapshot-id'])
}

function without(properties: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key)))
}
