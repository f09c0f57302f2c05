import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../access/principal.ts'

const principals = new WeakMap<FastifyRequest, Principal>()

/** Nobody that a policy means but by `everyone`. */
const nobody: Principal = { kind: 'user', name: '', groups: [] }

/** Set once, by the guard that let the request in. */
export function admit(request: FastifyRequest, principal: Principal): void {
  principals.set(request, principal)
}

/** Who sends the request. */
export function principalOf(request: FastifyRequest): Principal {
  return principals.get(request) ?? nobody
}
