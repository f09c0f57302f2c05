import { aclOperations } from '../../protocol/acl-names.ts'
import { operationsOf, type Operation, type ResourceType } from './acl/acl.ts'
import type { Asker, Authorizer } from './acl/authorizer.ts'
import type { Access } from './guards/guard.ts'

/** An answer that was no. */
export interface Denial extends Asker {
  readonly operation: Operation
  readonly type: ResourceType
  readonly name: string
}

/** The access of one client by these ACLs. Answers are remembered: it asks the same with each request. */
export function accessOf(authorizer: Authorizer, asker: Asker, onDenial: (denial: Denial) => void): Access {
  const remembered = new Map<string, boolean>()

  function allows(operation: Operation, type: ResourceType, name: string): boolean {
    const key = `${operation} ${type} ${name}`
    const known = remembered.get(key)
    if (known !== undefined) return known
    const answer = authorizer.allows(asker, operation, type, name)
    if (remembered.size >= rememberedMax) remembered.clear()
    remembered.set(key, answer)
    return answer
  }

  return {
    may(operation, type, name, { quiet = false } = {}) {
      const answer = allows(operation, type, name)
      if (!answer && !quiet) onDenial({ ...asker, operation, type, name })
      return answer
    },
    mayAny: (operation, type) => authorizer.allowsAny(asker, operation, type),
    operations: (type, name) => bitsOf(operationsOf[type].filter((operation) => allows(operation, type, name))),
  }
}

const rememberedMax = 1000

/** Of a log that asks nobody, and of Weir's own parts. */
export const fullAccess: Access = {
  may: () => true,
  mayAny: () => true,
  operations: (type) => bitsOf(operationsOf[type]),
}

function bitsOf(operations: readonly Operation[]): number {
  return operations.reduce((bits, operation) => bits | (1 << aclOperations[operation]), 0)
}
