import type { Resource } from '../../api/resource.ts'

/** How SQL finds a table: its schema is left out where it is the one that is searched. */
export function tableName({ name, spec }: Pick<Resource, 'name' | 'spec'>): string {
  const { namespace } = spec as { readonly namespace: string }
  return namespace === 'public' ? name : `${namespace}.${name}`
}
