import { WeirError } from '../../kernel/errors/weir-error.ts'
import { resourceKey, type Resource, type ResourceReference } from '../kinds/resource.ts'

/** WEIR-7003 names those that use it. */
export function refuseInUse(resource: ResourceReference, others: readonly Resource[]): void {
  const key = resourceKey(resource)
  const users = others.filter(({ references }) => references.some((used) => resourceKey(used) === key))
  if (users.length === 0) return
  const names = users.map(({ kind, name }) => `${kind} "${name}"`).join(', ')
  throw new WeirError(
    'WEIR-7003',
    `${resource.kind} "${resource.name}" is used by ${names}. Change or delete ${users.length === 1 ? 'it' : 'them'} first`,
    { details: { users: users.map(({ kind, name }) => ({ kind, name })) } },
  )
}

/** WEIR-7002 when what is there is not what the caller has read. */
export function refuseVersion(
  { kind, name }: ResourceReference,
  current: Resource | undefined,
  ifVersion: number | undefined,
  mustBeNew: boolean,
): void {
  if (mustBeNew && current && current.state !== 'Deleting')
    throw new WeirError(
      'WEIR-7002',
      `${kind} "${name}" exists already, version ${current.version}. Use PUT to change it`,
    )
  if (ifVersion === undefined || current?.version === ifVersion) return
  throw new WeirError(
    'WEIR-7002',
    `${kind} "${name}" is not at version ${ifVersion} but ${current ? `at ${current.version}` : 'gone'}. Read it again`,
    { details: { version: current?.version ?? null } },
  )
}
