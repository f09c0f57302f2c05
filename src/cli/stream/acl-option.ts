import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import type { AclBinding, AclFilter } from '../../stream/client/kafka-acls.ts'
import { aclOperations, type AclOperation, type AclResourceType } from '../../stream/protocol/acl-names.ts'
import type { CommandCall, OptionDeclaration } from '../command.ts'

/** As kafka-acls names them. */
export const aclOptions: readonly OptionDeclaration[] = [
  {
    flags: '--allow-principal <principal>',
    description: 'who may, as User:ada; User:* is everybody',
    repeatable: true,
  },
  { flags: '--deny-principal <principal>', description: 'who may not, whatever is allowed', repeatable: true },
  { flags: '--principal <principal>', description: 'to list and to remove: those about this principal' },
  {
    flags: '--operation <operation>',
    description: 'read, write, create, delete, alter, describe, describe-configs, alter-configs, all …',
    repeatable: true,
  },
  { flags: '--host <address>', description: 'from where', default: '*' },
  { flags: '--stream <name>', description: 'about this stream', repeatable: true },
  { flags: '--group <name>', description: 'about this consumer group', repeatable: true },
  { flags: '--transactional-id <id>', description: 'about this transactional id', repeatable: true },
  { flags: '--cluster', description: 'about the log as a whole' },
  { flags: '--prefixed', description: 'about all streams and groups whose names begin so' },
]

/** One for each principal, operation and resource. WEIR-2009 for what is missing. */
export function aclBindings({ options, lists }: CommandCall): AclBinding[] {
  const allowed = (lists['allowPrincipal'] ?? []).map(
    (name) => ({ principal: principalOf(name), permission: 'allow' }) as const,
  )
  const denied = (lists['denyPrincipal'] ?? []).map(
    (name) => ({ principal: principalOf(name), permission: 'deny' }) as const,
  )
  const operations = (lists['operation'] ?? []).map(operationOf)
  const resources = resourcesOf({ options, lists })
  const missing = [
    ...(allowed.length + denied.length === 0 ? ['a principal: --allow-principal User:ada'] : []),
    ...(operations.length === 0 ? ['an operation: --operation read'] : []),
    ...(resources.length === 0 ? ['a resource: --stream orders, --group billing or --cluster'] : []),
  ]
  if (missing.length > 0) throw new WeirError('WEIR-2009', `an ACL takes ${missing.join(', and ')}`)
  const host = hostOf(options['host'])
  return [...allowed, ...denied].flatMap((who) =>
    resources.flatMap((resource) => operations.map((operation) => ({ ...resource, ...who, host, operation }))),
  )
}

/** What is to be listed or removed: all of it that is named must match. */
export function aclFilter({ options, lists }: CommandCall): AclFilter {
  const [resource, ...more] = resourcesOf({ options, lists })
  const [operation, ...others] = (lists['operation'] ?? []).map(operationOf)
  if (more.length > 0 || others.length > 0)
    throw new WeirError('WEIR-2009', 'a filter takes one resource and one operation: call it again for others')
  const { principal, host } = options
  return {
    ...(resource
      ? {
          resourceType: resource.resourceType,
          resource: resource.resource,
          pattern: options['prefixed'] === true ? 'prefixed' : 'match',
        }
      : {}),
    ...(typeof principal === 'string' ? { principal: principalOf(principal) } : {}),
    ...(typeof host === 'string' ? { host } : {}),
    ...(operation ? { operation } : {}),
  }
}

interface AclResource {
  readonly resourceType: AclResourceType
  readonly resource: string
  readonly pattern: 'literal' | 'prefixed'
}

/** Of the log as a whole, by the name that Kafka has for it. */
const clusterName = 'kafka-cluster'

function resourcesOf({ options, lists }: Pick<CommandCall, 'options' | 'lists'>): AclResource[] {
  const pattern = options['prefixed'] === true ? 'prefixed' : 'literal'
  const named = (resourceType: AclResourceType, names: readonly string[] = []): AclResource[] =>
    names.map((resource) => ({ resourceType, resource, pattern }))
  return [
    ...named('topic', lists['stream']),
    ...named('group', lists['group']),
    ...named('transactional-id', lists['transactionalId']),
    ...(options['cluster'] === true
      ? [{ resourceType: 'cluster', resource: clusterName, pattern: 'literal' } as const]
      : []),
  ]
}

function principalOf(text: string): string {
  if (/^[A-Za-z]+:.+$/.test(text)) return text
  throw new WeirError('WEIR-2009', `a principal is a type and a name, as User:${text}, not "${text}"`)
}

function operationOf(text: string): AclOperation {
  const names = Object.keys(aclOperations) as AclOperation[]
  const wanted = text.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()
  const found = names.find((name) => name === wanted)
  if (found !== undefined) return found
  const near = nearestName(wanted, names)
  throw new WeirError(
    'WEIR-2009',
    `there is no operation "${text}".${near === undefined ? '' : ` Did you mean ${near}?`} Operations: ${names.slice(1).join(', ')}`,
  )
}

function hostOf(host: string | boolean | undefined): string {
  return typeof host === 'string' ? host : '*'
}
