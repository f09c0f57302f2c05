import type { AclOperation, AclResourceType } from '../../../protocol/acl-names.ts'

/** What an ACL may be about; `any` is for filters. */
export type ResourceType = Exclude<AclResourceType, 'any'>

/** What may be done; `any` is for filters, `all` for ACLs. */
export type Operation = Exclude<AclOperation, 'any' | 'all'>

/** One rule, as Kafka's tools make it. */
export interface Acl {
  readonly resourceType: ResourceType
  /** A name, the beginning of names, or `*` for all of them. */
  readonly resource: string
  readonly pattern: 'literal' | 'prefixed'
  /** `User:ada`; `User:*` is everybody. */
  readonly principal: string
  /** An address; `*` is any. */
  readonly host: string
  readonly operation: Operation | 'all'
  readonly permission: 'allow' | 'deny'
}

/** The one name that a resource of type `cluster` has. */
export const clusterName = 'kafka-cluster'
export const everybody = 'User:*'
export const anything = '*'

/** What can be done to a resource of a type, in Kafka's order; for `authorizedOperations`. */
export const operationsOf: Readonly<Record<ResourceType, readonly Operation[]>> = {
  topic: ['read', 'write', 'create', 'describe', 'delete', 'alter', 'describe-configs', 'alter-configs'],
  group: ['read', 'describe', 'delete', 'describe-configs', 'alter-configs'],
  cluster: ['create', 'cluster-action', 'describe-configs', 'alter-configs', 'idempotent-write', 'alter', 'describe'],
  'transactional-id': ['describe', 'write', 'two-phase-commit'],
  'delegation-token': ['describe'],
  user: ['create-tokens', 'describe-tokens'],
}

/** The same for ACLs that say the same. */
export function aclKey({ resourceType, resource, pattern, principal, host, operation, permission }: Acl): string {
  return JSON.stringify([resourceType, resource, pattern, principal, host, operation, permission])
}
