import {
  aclNameOf,
  aclOperations,
  aclPatternTypes,
  aclPermissions,
  aclResourceTypes,
} from '../../protocol/acl-names.ts'
import { createAclsApi } from '../../protocol/apis/create-acls.ts'
import { deleteAclsApi } from '../../protocol/apis/delete-acls.ts'
import { describeAclsApi } from '../../protocol/apis/describe-acls.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { aclKey, clusterName, type Acl } from '../security/acl/acl.ts'
import { matchesFilter, type AclFilter } from '../security/acl/acl-filter.ts'
import type { SecurityState } from '../security/security-state.ts'
import { handle, type Handler, type RequestContext } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

type Creation = RequestOf<typeof createAclsApi>['creations'][number]
type WireFilter = RequestOf<typeof describeAclsApi>

const disabled = { errorCode: kafkaErrors.SECURITY_DISABLED, errorMessage: 'No Authorizer is configured.' }
/** All of them lie in one file, which each change writes anew. */
const aclsMax = 20_000

/** ACLs as Kafka's tools list, make and delete them. */
export function aclHandlers({ security, logger }: ApiServices): Handler[] {
  const { store, log } = security
  const isOff = (): boolean => security.authorizer() === undefined
  const refused = (error: unknown) => refusalOf(error, logger)

  function report(action: 'create' | 'delete', acls: readonly Acl[], { principal, clientHost }: RequestContext): void {
    const changes = acls.map((acl) => ({ kind: 'acl', action, name: nameOf(acl), detail: { ...acl } }) as const)
    log.onChange(changes, principal, clientHost)
  }

  return [
    handle(describeAclsApi, (request) => {
      if (isOff()) return disabled
      try {
        const filter = filterOf(request)
        return {
          errorMessage: null,
          resources: byResource(store.state.acls.filter((acl) => matchesFilter(acl, filter))),
        }
      } catch (error) {
        return refused(error)
      }
    }),
    handle(createAclsApi, async ({ creations }, context) => {
      if (isOff()) return { results: creations.map(() => disabled) }
      const wanted = creations.map((creation) => attempt(() => aclOf(creation)))
      const acls = wanted.flatMap(({ result }) => result ?? [])
      const made = await store.change((state) => withAcls(state, acls)).catch(refused)
      if ('errorCode' in made) return { results: creations.map(() => made) }
      report('create', made, context)
      return { results: wanted.map(({ error }) => (error ? refused(error) : { errorMessage: null })) }
    }),
    handle(deleteAclsApi, async ({ filters }, context) => {
      if (isOff()) return { filterResults: filters.map(() => disabled) }
      const wanted = filters.map((filter) => attempt(() => filterOf({ ...filter })))
      const accepted = wanted.map(({ result }) => result)
      const matching = await store.change((state) => withoutAcls(state, accepted)).catch(refused)
      if ('errorCode' in matching) return { filterResults: filters.map(() => matching) }
      report('delete', [...new Set(matching.flat())], context)
      return {
        filterResults: wanted.map(({ error }, at) =>
          error
            ? { ...refused(error), matchingAcls: [] }
            : {
                errorMessage: null,
                matchingAcls: matching[at]!.map((acl) => ({ errorMessage: null, ...wireAcl(acl) })),
              },
        ),
      }
    }),
  ]
}

function attempt<T>(work: () => T): { readonly result?: T; readonly error?: unknown } {
  try {
    return { result: work() }
  } catch (error) {
    return { error }
  }
}

function withAcls(state: SecurityState, acls: readonly Acl[]) {
  const known = new Set(state.acls.map(aclKey))
  const fresh = [...new Map(acls.map((acl) => [aclKey(acl), acl]))].flatMap(([key, acl]) =>
    known.has(key) ? [] : [acl],
  )
  if (state.acls.length + fresh.length > aclsMax)
    throw new KafkaRefusal('POLICY_VIOLATION', `this log keeps at most ${aclsMax} ACLs`)
  return fresh.length === 0
    ? { answer: fresh }
    : { answer: fresh, state: { ...state, acls: [...state.acls, ...fresh] } }
}

function withoutAcls(state: SecurityState, filters: readonly (AclFilter | undefined)[]) {
  const matching = filters.map((filter) =>
    filter === undefined ? [] : state.acls.filter((acl) => matchesFilter(acl, filter)),
  )
  const gone = new Set(matching.flat())
  return gone.size === 0
    ? { answer: matching }
    : { answer: matching, state: { ...state, acls: state.acls.filter((acl) => !gone.has(acl)) } }
}

function aclOf(creation: Creation): Acl {
  const resourceType = aclNameOf(aclResourceTypes, creation.resourceType)
  const pattern = aclNameOf(aclPatternTypes, creation.resourcePatternType)
  const operation = aclNameOf(aclOperations, creation.operation)
  const permission = aclNameOf(aclPermissions, creation.permissionType)
  const { resourceName: resource, principal, host } = creation
  if (resourceType === 'unknown' || resourceType === 'any') throw invalid(`resourceType ${resourceType}`)
  if (pattern !== 'literal' && pattern !== 'prefixed') throw invalid(`patternType ${pattern}`)
  if (operation === 'unknown' || operation === 'any') throw invalid(`operation ${operation}`)
  if (permission !== 'allow' && permission !== 'deny') throw invalid(`permissionType ${permission}`)
  if (resource === '') throw invalid('empty resource name')
  if (resourceType === 'cluster' && resource !== clusterName)
    throw new KafkaRefusal('INVALID_REQUEST', `The only valid name for the CLUSTER resource is ${clusterName}`)
  if (!/^[^:]+:/.test(principal)) throw invalid(`principal "${principal}": it is written User:name`)
  return { resourceType, resource, pattern, principal, host, operation, permission }
}

function filterOf(filter: WireFilter): AclFilter {
  const resourceType = aclNameOf(aclResourceTypes, filter.resourceTypeFilter)
  const pattern = aclNameOf(aclPatternTypes, filter.patternTypeFilter)
  const operation = aclNameOf(aclOperations, filter.operation)
  const permission = aclNameOf(aclPermissions, filter.permissionType)
  if (resourceType === 'unknown' || pattern === 'unknown' || operation === 'unknown' || permission === 'unknown')
    throw new KafkaRefusal('INVALID_REQUEST', 'The filter has a type that is not known')
  const { resourceNameFilter: resource, principalFilter: principal, hostFilter: host } = filter
  return { resourceType, resource, pattern, principal, host, operation, permission }
}

function invalid(what: string): KafkaRefusal {
  return new KafkaRefusal('INVALID_REQUEST', `Invalid ${what}`)
}

function nameOf({ resourceType, resource, pattern }: Acl): string {
  return `${resourceType}:${resource}${pattern === 'prefixed' ? '*' : ''}`
}

function wireAcl(acl: Acl) {
  return {
    resourceType: aclResourceTypes[acl.resourceType],
    resourceName: acl.resource,
    patternType: aclPatternTypes[acl.pattern],
    principal: acl.principal,
    host: acl.host,
    operation: aclOperations[acl.operation],
    permissionType: aclPermissions[acl.permission],
  }
}

function byResource(acls: readonly Acl[]) {
  const grouped = Map.groupBy(acls.map(wireAcl), ({ resourceType, resourceName, patternType }) =>
    JSON.stringify([resourceType, resourceName, patternType]),
  )
  return Array.from(grouped.values(), (same) => ({
    resourceType: same[0]!.resourceType,
    resourceName: same[0]!.resourceName,
    patternType: same[0]!.patternType,
    acls: same,
  }))
}
