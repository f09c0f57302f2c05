import type { AclOperation, AclPatternType, AclPermission, AclResourceType } from '../../../protocol/acl-names.ts'
import { anything, type Acl } from './acl.ts'

/** Which ACLs are meant. null is any; so is the word. */
export interface AclFilter {
  readonly resourceType: AclResourceType
  readonly resource: string | null
  /** `match`: all that apply to the resource, its own, those of its prefixes and those of `*`. */
  readonly pattern: AclPatternType
  readonly principal: string | null
  readonly host: string | null
  readonly operation: AclOperation
  readonly permission: AclPermission
}

export function matchesFilter(acl: Acl, filter: AclFilter): boolean {
  return (
    (filter.resourceType === 'any' || filter.resourceType === acl.resourceType) &&
    matchesResource(acl, filter) &&
    (filter.principal === null || filter.principal === acl.principal) &&
    (filter.host === null || filter.host === acl.host) &&
    (filter.operation === 'any' || filter.operation === acl.operation) &&
    (filter.permission === 'any' || filter.permission === acl.permission)
  )
}

function matchesResource(acl: Acl, { resource, pattern }: AclFilter): boolean {
  if (pattern === 'literal' || pattern === 'prefixed')
    return pattern === acl.pattern && (resource === null || resource === acl.resource)
  if (resource === null) return true
  if (pattern === 'any') return resource === acl.resource
  return acl.pattern === 'literal'
    ? acl.resource === resource || acl.resource === anything
    : resource.startsWith(acl.resource)
}
