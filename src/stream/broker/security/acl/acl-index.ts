import { anything, type Acl, type ResourceType } from './acl.ts'

/** ACLs by what they are about. Never changes: another one is made for other ACLs. */
export interface AclIndex {
  /** All that apply to a resource of this name, whoever they are for. */
  about(type: ResourceType, name: string): readonly Acl[]
}

export function indexAcls(acls: readonly Acl[]): AclIndex {
  const literal = Map.groupBy(
    acls.filter(({ pattern }) => pattern === 'literal'),
    keyOf,
  )
  const prefixed = Map.groupBy(
    acls.filter(({ pattern }) => pattern === 'prefixed'),
    keyOf,
  )
  /** Only prefixes of these lengths have to be looked for. */
  const lengths = [...new Set([...prefixed.values()].map(([acl]) => acl!.resource.length))]
  return {
    about(resourceType, name) {
      const found = (index: ReadonlyMap<string, readonly Acl[]>, resource: string): readonly Acl[] =>
        index.get(keyOf({ resourceType, resource })) ?? []
      return [
        ...found(literal, name),
        ...(name === anything ? [] : found(literal, anything)),
        ...lengths.flatMap((length) => (length > name.length ? [] : found(prefixed, name.slice(0, length)))),
      ]
    },
  }
}

function keyOf({ resourceType, resource }: Pick<Acl, 'resourceType' | 'resource'>): string {
  return `${resourceType}:${resource}`
}
