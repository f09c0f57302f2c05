import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../access/principal.ts'

/** Whom the guard let in. */
export interface Admitted {
  readonly principal: Principal
  /** Whether what it came by has ended since; without it, that lasts as long as Weir runs. */
  readonly hasEnded?: () => boolean
}

const admitted = new WeakMap<FastifyRequest, Admitted>()

/** Nobody that a policy means but by `everyone`. */
const nobody: Principal = { kind: 'user', name: '', groups: [] }

/** Set once, by the guard that let the request in. */
export function admit(request: FastifyRequest, who: Admitted): void {
  admitted.set(request, who)
}

/** Who sends the request. */
export function principalOf(request: FastifyRequest): Principal {
  return admitted.get(request)?.principal ?? nobody
}

/** Whether it would not be let in any more: the session or the token that it came by has ended. */
export function hasEnded(request: FastifyRequest): boolean {
  return admitted.get(request)?.hasEnded?.() ?? false
}
