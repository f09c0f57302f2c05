import type { AclBinding } from '../../stream/client/kafka-acls.ts'
import { tableText } from '../table-text.ts'

export function aclsText(acls: readonly AclBinding[]): string {
  const columns = ['PRINCIPAL', 'HOST', 'PERMISSION', 'OPERATION', 'RESOURCE', 'PATTERN'].map((title) => ({ title }))
  return tableText(
    columns,
    acls.map(({ principal, host, permission, operation, resourceType, resource, pattern }) => [
      principal,
      host,
      permission,
      operation,
      `${resourceType} ${resource}`,
      pattern,
    ]),
  )
}
