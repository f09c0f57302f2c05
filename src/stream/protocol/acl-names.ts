/** The protocol's numbers of what ACLs are about, by the names that Kafka's tools use. 1 stands for any of them in filters. */
export const aclResourceTypes = {
  any: 1,
  topic: 2,
  group: 3,
  cluster: 4,
  'transactional-id': 5,
  'delegation-token': 6,
  user: 7,
} as const

export const aclPatternTypes = { any: 1, match: 2, literal: 3, prefixed: 4 } as const

export const aclOperations = {
  any: 1,
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  'cluster-action': 9,
  'describe-configs': 10,
  'alter-configs': 11,
  'idempotent-write': 12,
  'create-tokens': 13,
  'describe-tokens': 14,
  'two-phase-commit': 15,
} as const

export const aclPermissions = { any: 1, deny: 2, allow: 3 } as const

export type AclResourceType = keyof typeof aclResourceTypes
export type AclPatternType = keyof typeof aclPatternTypes
export type AclOperation = keyof typeof aclOperations
export type AclPermission = keyof typeof aclPermissions

/** The name of a number; `unknown` for one that a newer broker has. */
export function aclNameOf<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  value: number,
): Name | 'unknown' {
  const found = Object.entries(numbers).find(([, number]) => number === value)
  return (found?.[0] as Name | undefined) ?? 'unknown'
}
