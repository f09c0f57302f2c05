import { aclNameOf, aclOperations, aclPatternTypes, aclPermissions, aclResourceTypes } from '../protocol/acl-names.ts'
import { createAclsApi } from '../protocol/apis/create-acls.ts'
import { deleteAclsApi } from '../protocol/apis/delete-acls.ts'
import { describeAclsApi } from '../protocol/apis/describe-acls.ts'
import { assert } from '../../kernel/assert.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import type { AclBinding, AclFilter, KafkaAcls } from './kafka-acls.ts'
import { check, withRetries } from './retry.ts'

export function createAclsClient(cluster: Cluster, deadlineMs: number): KafkaAcls {
  const retried = <T>(attempt: (broker: Broker, timeoutMs: number) => Promise<T>): Promise<T> =>
    withRetries('ACLs', deadlineMs, (timeoutMs) => attempt(cluster.any(), timeoutMs))
  return {
    list: (filter = {}) =>
      retried(async (broker, timeoutMs) => {
        const { body } = await broker.call(describeAclsApi, wireFilter(filter), { timeoutMs })
        check(body.errorCode, 'ACLs', body.errorMessage)
        return body.resources.flatMap(({ acls, ...resource }) => acls.map((acl) => bindingOf({ ...resource, ...acl })))
      }),
    create: (bindings) =>
      retried(async (broker, timeoutMs) => {
        const { body } = await broker.call(createAclsApi, { creations: bindings.map(wireBinding) }, { timeoutMs })
        for (const [at, { errorCode, errorMessage }] of body.results.entries())
          check(errorCode, `ACL of ${bindings[at]?.principal}`, errorMessage)
      }),
    delete: (filter) =>
      retried(async (broker, timeoutMs) => {
        const { body } = await broker.call(deleteAclsApi, { filters: [wireFilter(filter)] }, { timeoutMs })
        return body.filterResults.flatMap(({ errorCode, errorMessage, matchingAcls }) => {
          check(errorCode, 'ACLs', errorMessage)
          return matchingAcls.map((acl) => {
            check(acl.errorCode, `ACL of ${acl.principal}`, acl.errorMessage)
            return bindingOf(acl)
          })
        })
      }),
  }
}

function wireFilter(filter: AclFilter) {
  return {
    resourceTypeFilter: aclResourceTypes[filter.resourceType ?? 'any'],
    resourceNameFilter: filter.resource ?? null,
    patternTypeFilter: aclPatternTypes[filter.pattern ?? 'any'],
    principalFilter: filter.principal ?? null,
    hostFilter: filter.host ?? null,
    operation: aclOperations[filter.operation ?? 'any'],
    permissionType: aclPermissions[filter.permission ?? 'any'],
  }
}

function wireBinding({ resourceType, resource, pattern, principal, host, operation, permission }: AclBinding) {
  assert(
    resourceType !== 'unknown' && pattern !== 'unknown' && operation !== 'unknown' && permission !== 'unknown',
    'an ACL that is made is one that we have words for',
  )
  return {
    resourceType: aclResourceTypes[resourceType],
    resourceName: resource,
    resourcePatternType: aclPatternTypes[pattern],
    principal,
    host,
    operation: aclOperations[operation],
    permissionType: aclPermissions[permission],
  }
}

function bindingOf(wire: {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}): AclBinding {
  return {
    resourceType: aclNameOf(aclResourceTypes, wire.resourceType),
    resource: wire.resourceName,
    pattern: aclNameOf(aclPatternTypes, wire.patternType),
    principal: wire.principal,
    host: wire.host,
    operation: aclNameOf(aclOperations, wire.operation),
    permission: aclNameOf(aclPermissions, wire.permissionType),
  }
}
