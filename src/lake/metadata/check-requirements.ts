import type { TableRequirement } from './requirement.ts'
import type { TableMetadata } from './table-metadata.ts'

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
      return unequal('UUID', metadata['table-uuid'].toLowerCase(), requirement.uuid.toLowerCase())
    case 'assert-ref-snapshot-id': {
      const found = metadata.refs?.[requirement.ref]?.['snapshot-id'] ?? null
      return unequal(`branch or tag ${requirement.ref}`, found, requirement['snapshot-id'] ?? null)
    }
    case 'assert-last-assigned-field-id':
      return unequal('last assigned field id', metadata['last-column-id'], requirement['last-assigned-field-id'])
    case 'assert-current-schema-id':
      return unequal('current schema', metadata['current-schema-id'], requirement['current-schema-id'])
    case 'assert-last-assigned-partition-id':
      return unequal(
        'last assigned partition id',
        metadata['last-partition-id'],
        requirement['last-assigned-partition-id'],
      )
    case 'assert-default-spec-id':
      return unequal('default partition spec', metadata['default-spec-id'], requirement['default-spec-id'])
    case 'assert-default-sort-order-id':
      return unequal('default sort order', metadata['default-sort-order-id'], requirement['default-sort-order-id'])
  }
}

function unequal(what: string, found: unknown, expected: unknown): string | undefined {
  return found === expected ? undefined : `${what} has changed: expected ${String(expected)}, found ${String(found)}`
}
