import type { AclOperation, AclPatternType, AclPermission, AclResourceType } from '../protocol/acl-names.ts'

/** Who may do what. Brokers without an authorizer answer WEIR-3103 SECURITY_DISABLED. */
export interface KafkaAcls {
  list(filter?: AclFilter): Promise<readonly AclBinding[]>
  /** Those that are there already stay. WEIR-3103 with the error of the first that was refused. */
  create(bindings: readonly AclBinding[]): Promise<void>
  /** Removes what the filter lets through, and tells what that was. */
  delete(filter: AclFilter): Promise<readonly AclBinding[]>
}

export interface AclBinding {
  readonly resourceType: AclResourceType | 'unknown'
  readonly resource: string
  /** `prefixed` is about all resources whose names begin so. */
  readonly pattern: AclPatternType | 'unknown'
  /** `User:ada`, or `User:*` for everybody. */
  readonly principal: string
  /** An address, or `*`. */
  readonly host: string
  readonly operation: AclOperation | 'unknown'
  readonly permission: AclPermission | 'unknown'
}

/** All of them unless named. */
export interface AclFilter {
  readonly resourceType?: AclResourceType
  readonly resource?: string
  /** `match` is what applies to the resource: its own, those of a prefix, and those of `*`. Default `any`. */
  readonly pattern?: AclPatternType
  readonly principal?: string
  readonly host?: string
  readonly operation?: AclOperation
  readonly permission?: AclPermission
}
