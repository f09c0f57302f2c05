import type { Resource } from '../../api/resource.ts'

/** The table that a page is of. */
export interface TableOfPage {
  /** As the API takes it: `orders`, or `sales.orders` for one that the project does not declare. */
  readonly name: string
  readonly namespace: string
  /** Without its namespace. */
  readonly bare: string
  /** As they are declared; undefined where they are not. */
  readonly columns: Readonly<Record<string, { readonly type: string }>> | undefined
}

export function declaredTable({ name, spec }: Pick<Resource, 'name' | 'spec'>): TableOfPage {
  const { namespace, columns } = spec as unknown as Pick<TableOfPage, 'namespace' | 'columns'>
  return { name, namespace, bare: name, columns }
}
