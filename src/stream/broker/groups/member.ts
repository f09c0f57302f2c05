import type { KafkaErrorName } from '../../protocol/errors.ts'

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

/** One member of a group; changed by its group only. */
export interface Member {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: readonly MemberProtocol[]
  assignment: Buffer
  /** Waits for the next generation. */
  joining: ((answer: JoinAnswer) => void) | undefined
  /** Waits for its assignment. */
  syncing: ((answer: SyncAnswer) => void) | undefined
  session: NodeJS.Timeout | undefined
}

export const noBytes = Buffer.alloc(0)

export function metadataOf(member: Member, protocol: string | null): Buffer {
  return member.protocols.find(({ name }) => name === protocol)?.metadata ?? noBytes
}

export function sameProtocols(left: readonly MemberProtocol[], right: readonly MemberProtocol[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ name, metadata }, index) => name === right[index]!.name && metadata.equals(right[index]!.metadata))
  )
}

/** The protocol that all members know and most prefer. */
export function chooseProtocol(members: readonly Member[]): string | null {
  const votes = new Map<string, number>()
  for (const { protocols } of members) {
    const vote = protocols.find(({ name }) =>
      members.every((other) => other.protocols.some((known) => known.name === name)),
    )
    if (vote) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
  }
  let best: string | null = null
  for (const [name, count] of votes) if (best === null || count > votes.get(best)!) best = name
  return best
}

export function refusedJoin(error: KafkaErrorName, memberId: string): JoinAnswer {
  return { error, generationId: -1, protocolType: null, protocolName: null, leader: '', memberId, members: [] }
}

export function refusedSync(error: KafkaErrorName): SyncAnswer {
  return { error, protocolType: null, protocolName: null, assignment: noBytes }
}
