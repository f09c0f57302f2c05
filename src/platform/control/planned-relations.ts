import type { Relations, TableRelation, ViewRelation } from '../../sql/engine-host.ts'
import { kindNamed } from '../kinds/registry.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { DesiredResource } from '../kinds/resource.ts'

/**
 * What SQL will see when `desired` is so: tables as declared, with the columns that they have besides (a delivery or
 * another engine added them), other tables of the catalog as they are, and the views.
 */
export function plannedRelations(
  actual: readonly TableRelation[],
  desired: readonly DesiredResource[],
  kinds: readonly KindDefinition[],
): Relations {
  const tables = new Map(actual.map((table) => [keyOf(table), table]))
  const views: ViewRelation[] = []
  for (const resource of desired) {
    const relation = kindNamed(resource.kind, kinds).relation?.(resource)
    if (!relation) continue
    if ('view' in relation) views.push(relation.view)
    else tables.set(keyOf(relation.table), merged(relation.table, tables.get(keyOf(relation.table))))
  }
  return { version: 0, tables: [...tables.values()], views }
}

function merged(declared: TableRelation, actual: TableRelation | undefined): TableRelation {
  const names = new Set(declared.columns.map(({ name }) => name))
  return {
    ...declared,
    columns: [...declared.columns, ...(actual?.columns.filter(({ name }) => !names.has(name)) ?? [])],
  }
}

function keyOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}\u0000${name}`
}
