import type { Relations, SessionPrincipal } from '../../sql/engine-host.ts'
import { type Identities, principalOf } from './identities.ts'
import { type GovernedRelations, restrictRelations } from './restrict-relations.ts'

/** Relations as sessions may use them, worked out once for each version and principal. */
export function restrictedRelations(
  identities: Identities,
): (relations: GovernedRelations, session: SessionPrincipal | undefined) => Relations {
  const known = new Map<SessionPrincipal, Relations>()
  return (relations, session = null) => {
    const before = known.get(session)
    if (before?.version === relations.version) return before
    const restricted = restrictRelations(relations, principalOf(session, identities))
    known.set(session, restricted)
    return restricted
  }
}
