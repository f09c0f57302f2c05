import type { AclBinding } from '../../../src/stream/client/kafka-acls.ts'

/** Someone who may do just this. */
export interface MatrixUser {
  readonly name: string
  readonly acls: readonly AclBinding[]
}

export const names = { topic: 't-known', group: 'g-known', cluster: 'kafka-cluster', 'transactional-id': 'x-known' }
type ResourceType = keyof typeof names

const operations: Readonly<Record<ResourceType, readonly AclBinding['operation'][]>> = {
  topic: ['read', 'write', 'create', 'delete', 'alter', 'describe', 'describe-configs', 'alter-configs', 'all'],
  group: ['read', 'delete', 'describe', 'describe-configs', 'alter-configs', 'all'],
  cluster: [
    ...(['create', 'delete', 'alter', 'describe', 'cluster-action'] as const),
    ...(['describe-configs', 'alter-configs', 'idempotent-write', 'all'] as const),
  ],
  'transactional-id': ['describe', 'write', 'two-phase-commit', 'all'],
}

function acl(user: string, permission: 'allow' | 'deny', text: string): AclBinding {
  const [resourceType, operation, resource] = text.split(' ') as [ResourceType, AclBinding['operation'], string?]
  const name = resource ?? names[resourceType]
  const pattern = name.endsWith('…') ? 'prefixed' : 'literal'
  return {
    resourceType,
    resource: name.replace('…', ''),
    pattern,
    principal: `User:${user}`,
    host: '*',
    operation,
    permission,
  }
}

function userWith(title: string, allows: readonly string[], denies: readonly string[] = []): MatrixUser {
  const name = title.replaceAll(/[^a-z0-9]+/g, '-')
  return {
    name,
    acls: [...allows.map((text) => acl(name, 'allow', text)), ...denies.map((text) => acl(name, 'deny', text))],
  }
}

const everything = ['topic all *', 'group all *', 'transactional-id all *', 'cluster all']

/** One with each permission alone, and those whose permissions meet in one request. */
export const matrixUsers: readonly MatrixUser[] = [
  userWith('nothing', []),
  ...Object.entries(operations).flatMap(([type, all]) =>
    all.map((operation) => userWith(`${type} ${operation}`, [`${type} ${operation}`])),
  ),
  userWith('topic prefix all', ['topic all t-…']),
  userWith('topic any write', ['topic write *']),
  userWith('other topic write', ['topic write t-other']),
  userWith('topic all but read', ['topic all'], ['topic read']),
  userWith('topic all but describe', ['topic all *'], ['topic describe t-…']),
  userWith('topic denied by prefix', ['topic all'], ['topic all t-…']),
  userWith('topic denied everywhere', ['topic all', 'topic all t-…'], ['topic all *']),
  userWith('group prefix all', ['group all g-…']),
  userWith('group all but read', ['group all *'], ['group read']),
  userWith('group all but describe', ['group all'], ['group describe g-…']),
  userWith('transactional id prefix all', ['transactional-id all x-…']),
  userWith('transactional id all but write', ['transactional-id all *'], ['transactional-id write x-…']),
  userWith('cluster all but alter', ['cluster all'], ['cluster alter']),
  userWith('everything but what is denied', everything, everything),
  userWith('consumer', ['topic read', 'group read']),
  userWith('new topics', ['topic describe *', 'topic create *']),
  userWith('new topics by cluster', ['topic describe *', 'cluster create']),
  userWith('deleter that sees', ['topic describe *', 'topic delete']),
  userWith('transactional', ['transactional-id write', 'topic write', 'group read']),
  userWith('transactional consumer', ['transactional-id write', 'topic read', 'group read']),
  userWith('transactional watcher', ['transactional-id describe', 'topic describe']),
  userWith('two phases', ['transactional-id write', 'transactional-id two-phase-commit']),
]
