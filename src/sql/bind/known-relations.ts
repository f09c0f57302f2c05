import { stillHolds } from '../../kernel/change-count.ts'
import type { EngineHost, Held, SessionPrincipal } from '../engine-host.ts'
import { indexRelations, type RelationIndex } from './relation-index.ts'

/**
 * The project's relations as the engine knows them. A statement that reads tables is bound to those last seen, and told by
 * `resolve` when they are others by now; so it costs one question, and still sees each change that came before it.
 */
export interface KnownRelations {
  lastSeen(): Promise<RelationIndex>
  /** As they are now: at most one question, answered in a word when nothing has changed. */
  current(): Promise<RelationIndex>
}

export function knownRelations(
  host: Pick<EngineHost, 'relations'>,
  principal: SessionPrincipal = null,
): KnownRelations {
  let seen: RelationIndex | undefined
  let holds: Held['holds'] = []
  const current = async (): Promise<RelationIndex> => {
    if (seen && holds.length > 0 && holds.every(stillHolds)) return seen
    const answer = await host.relations({ known: seen?.version ?? null, principal })
    const version = answer.relations?.version ?? seen!.version
    // Questions overlap: an answer that was overtaken is not kept.
    if (answer.relations && version > (seen?.version ?? -1)) seen = indexRelations(answer.relations)
    if (version === seen!.version) holds = answer.holds
    return seen!
  }
  return { current, lastSeen: async () => seen ?? current() }
}

/** Relations that never change: what a plan would make. */
export function fixedRelations(index: RelationIndex): KnownRelations {
  return { current: async () => index, lastSeen: async () => index }
}
