import type { KafkaErrorName } from '../../../protocol/errors.ts'
import type { Caller } from '../caller.ts'

export interface MemberProtocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface JoinRequest {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly MemberProtocol[]
  /** KIP-394: a new member is first told its id and joins again (v4 and later). */
  readonly mustKnowId: boolean
  /** KIP-814: a static leader may be told to go on (v9 and later). */
  readonly maySkipAssignment: boolean
}

export interface JoinAnswer {
  readonly error: KafkaErrorName
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leader: string
  readonly memberId: string
  readonly skipAssignment?: boolean
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly metadata: Buffer
  }[]
}

export interface SyncAnswer {
  readonly error: KafkaErrorName
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignment: Buffer
}

/** One member of a classic group; changed by its group only. */
export interface ClassicMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: readonly MemberProtocol[]
  /** The last that it was given. */
  assignment: Buffer
  /** It has seen no generation yet. */
  isNew: boolean
  /** Waits for the next generation. */
  joining: Caller<JoinAnswer> | undefined
  /** Waits for its assignment. */
  syncing: Caller<SyncAnswer> | undefined
  /** When its session ends. */
  deadline: number
}

export const noBytes = Buffer.alloc(0)

export function metadataOf(member: ClassicMember, protocol: string | null): Buffer {
  return member.protocols.find(({ name }) => name === protocol)?.metadata ?? noBytes
}

export function sameProtocols(left: readonly MemberProtocol[], right: readonly MemberProtocol[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ name, metadata }, index) => name === right[index]!.name && metadata.equals(right[index]!.metadata))
  )
}

/** The protocol that all members know and most prefer. */
export function chooseProtocol(members: Iterable<Pick<ClassicMember, 'protocols'>>): string | null {
  const all = [...members]
  const known = new Map<string, number>()
  for (const { protocols } of all) for (const { name } of protocols) known.set(name, (known.get(name) ?? 0) + 1)
  const votes = new Map<string, number>()
  for (const { protocols } of all) {
    const vote = protocols.find(({ name }) => known.get(name) === all.length)
    if (vote) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
  }
  let best: string | null = null
  for (const [name, count] of votes) if (best === null || count > votes.get(best)!) best = name
  return best
}

/** The bytes that came are views of a request: a member outlives it. */
export function copied(protocols: readonly MemberProtocol[]): readonly MemberProtocol[] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }))
}

export function refusedJoin(error: KafkaErrorName, memberId: string): JoinAnswer {
  return { error, generationId: -1, protocolType: null, protocolName: null, leader: '', memberId, members: [] }
}

export function refusedSync(error: KafkaErrorName): SyncAnswer {
  return { error, protocolType: null, protocolName: null, assignment: noBytes }
}
