import { isIPv6, SocketAddress } from 'node:net'
import type { Principal } from '../principal.ts'
import { principalText } from '../principal.ts'
import { anything, everybody, type Acl, type Operation, type ResourceType } from './acl.ts'
import { indexAcls } from './acl-index.ts'

/** Who wants to do something, and from where. */
export interface Asker {
  readonly principal: Principal
  readonly host: string
}

/** Decides by ACLs, as Kafka's StandardAuthorizer does. */
export interface Authorizer {
  allows(asker: Asker, operation: Operation, type: ResourceType, name: string): boolean
  /** Whether there is any resource of the type to which the asker may do it (KIP-679). */
  allowsAny(asker: Asker, operation: Operation, type: ResourceType): boolean
}

export interface AuthorizerSettings {
  /** As principals are written. They may do everything. */
  readonly superUsers: ReadonlySet<string>
  /** What holds for a resource that no ACL is about; Kafka's default is to deny. */
  readonly allowIfNoAcl: boolean
}

const implied: Partial<Record<Operation, ReadonlySet<Operation>>> = {
  describe: new Set(['describe', 'read', 'write', 'delete', 'alter']),
  'describe-configs': new Set(['describe-configs', 'alter-configs']),
}

export function createAuthorizer(acls: readonly Acl[], settings: AuthorizerSettings): Authorizer {
  const index = indexAcls(acls)

  function allows(asker: Asker, operation: Operation, type: ResourceType, name: string): boolean {
    if (settings.superUsers.has(principalText(asker.principal))) return true
    const about = index.about(type, name)
    if (about.length === 0) return settings.allowIfNoAcl
    const mine = about.filter((acl) => isFor(acl, asker) && isAboutOperation(acl, operation))
    return mine.length > 0 && mine.every(({ permission }) => permission === 'allow')
  }

  return {
    allows,
    allowsAny(asker, operation, type) {
      // A name that nobody uses: super users, and whoever may do it to all of them.
      if (allows(asker, operation, type, 'hardcode')) return true
      return allowsSome(
        acls.filter((acl) => acl.resourceType === type && isFor(acl, asker) && isExactly(acl, operation)),
      )
    },
  }
}

/** Whether one of them allows something that none of them denies as a whole. */
function allowsSome(acls: readonly Acl[]): boolean {
  const denies = acls.filter(({ permission }) => permission === 'deny')
  const allowed = acls.filter(({ permission }) => permission === 'allow')
  if (denies.some((acl) => acl.pattern === 'literal' && acl.resource === anything)) return false
  if (allowed.some((acl) => acl.pattern === 'literal' && acl.resource === anything)) return true
  return allowed.some(
    (allow) =>
      !denies.some((deny) =>
        deny.pattern === 'prefixed'
          ? allow.resource.startsWith(deny.resource)
          : allow.pattern === 'literal' && allow.resource === deny.resource,
      ),
  )
}

function isFor(acl: Acl, { principal, host }: Asker): boolean {
  const isPrincipal = acl.principal === everybody || acl.principal === principalText(principal)
  return isPrincipal && (acl.host === anything || sameHost(acl.host, host))
}

function isExactly(acl: Acl, operation: Operation): boolean {
  return acl.operation === 'all' || acl.operation === operation
}

/** To be allowed to do something may imply to be allowed to look; to be forbidden implies nothing. */
function isAboutOperation(acl: Acl, operation: Operation): boolean {
  if (acl.permission === 'deny' || acl.operation === 'all') return isExactly(acl, operation)
  return implied[operation]?.has(acl.operation) ?? acl.operation === operation
}

/** Java writes `0:0:0:0:0:0:0:1` where Node writes `::1`; both are in ACLs. */
function sameHost(one: string, other: string): boolean {
  return one === other || (isIPv6(one) && isIPv6(other) && canonical(one) === canonical(other))
}

function canonical(address: string): string {
  return new SocketAddress({ address: address.split('%')[0]!, family: 'ipv6' }).address
}
