import type { TableRequirement } from './requirement.ts'
import type { Long } from '../json.ts'
import type { SnapshotRef, TableMetadata } from './table-metadata.ts'

/** Why the table is not what the commit states; undefined when it is. `metadata` is undefined for a table that is not there. */
export function violated(
  requirements: readonly TableRequirement[],
  metadata: TableMetadata | undefined,
): string | undefined {
  for (const requirement of requirements) {
    const reason = reasonAgainst(requirement, metadata)
    if (reason !== undefined) return `Requirement failed: ${reason}`
  }
  return undefined
}

function reasonAgainst(requirement: TableRequirement, metadata: TableMetadata | undefined): string | undefined {
  if (requirement.type === 'assert-create') return metadata === undefined ? undefined : 'table already exists'
  if (metadata === undefined) return 'table does not exist'
  switch (requirement.type) {
    case 'assert-table-uuid':
      return unequal('UUID does not match: expected', metadata['table-uuid'], requirement.uuid.toLowerCase())
    case 'assert-ref-snapshot-id': {
      return refReason(requirement.ref, metadata.refs?.[requirement.ref], requirement['snapshot-id'] ?? null)
    }
    case 'assert-last-assigned-field-id':
      return unequal(
        'last assigned field id changed: expected id',
        metadata['last-column-id'],
        requirement['last-assigned-field-id'],
      )
    case 'assert-current-schema-id':
      return unequal(
        'current schema changed: expected id',
        metadata['current-schema-id'],
        requirement['current-schema-id'],
      )
    case 'assert-last-assigned-partition-id':
      return unequal(
        'last assigned partition id changed: expected id',
        metadata['last-partition-id'],
        requirement['last-assigned-partition-id'],
      )
    case 'assert-default-spec-id':
      return unequal(
        'default partition spec changed: expected id',
        metadata['default-spec-id'],
        requirement['default-spec-id'],
      )
    case 'assert-default-sort-order-id':
      return unequal(
        'default sort order changed: expected id',
        metadata['default-sort-order-id'],
        requirement['default-sort-order-id'],
      )
  }
}

function refReason(name: string, ref: SnapshotRef | undefined, expected: Long | null): string | undefined {
  if (ref === undefined)
    return expected === null ? undefined : `branch or tag ${name} is missing, expected ${String(expected)}`
  const found = ref['snapshot-id']
  if (expected === null) return `${ref.type} ${name} was created concurrently`
  return found === expected ? undefined : unequal(`${ref.type} ${name} has changed: expected id`, found, expected)
}

// The words are those of the reference implementation: clients and the compatibility kit look for them.
function unequal(what: string, found: unknown, expected: unknown): string | undefined {
  return found === expected ? undefined : `${what} ${String(expected)} != ${String(found)}`
}
