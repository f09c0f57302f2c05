import type { KafkaErrorName } from '../../protocol/errors.ts'
import {
  chooseProtocol,
  metadataOf,
  noBytes,
  refusedJoin,
  refusedSync,
  type JoinAnswer,
  type Member,
  type SyncAnswer,
} from './member.ts'
import type { Roster } from './roster.ts'

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

/**
 * How a group gets from one generation to the next: Empty → PreparingRebalance (members join) → CompletingRebalance (the leader
 * assigns) → Stable. Members that are late, or whose session ends, are taken from the roster.
 */
export class Rebalance {
  readonly #roster: Roster
  readonly #initialDelayMs: number
  #state: GroupState = 'Empty'
  #generationId = 0
  #protocolType: string | null = null
  #protocolName: string | null = null
  #leader: string | null = null
  #timer: NodeJS.Timeout | undefined
  #delayed = false

  constructor(roster: Roster, initialDelayMs: number) {
    this.#roster = roster
    this.#initialDelayMs = initialDelayMs
  }

  get state(): GroupState {
    return this.#state
  }
  get generationId(): number {
    return this.#generationId
  }
  get protocolType(): string | null {
    return this.#protocolType
  }
  get protocolName(): string | null {
    return this.#protocolName
  }

  leads({ memberId }: Member): boolean {
    return memberId === this.#leader
  }

  /** The first member says what the group is for. */
  found(protocolType: string): void {
    this.#protocolType = protocolType
  }

  /** Resolves with the next generation, which begins when all have joined or their time is over. */
  join(member: Member): Promise<JoinAnswer> {
    return new Promise((resolve) => {
      member.joining?.(refusedJoin('REBALANCE_IN_PROGRESS', member.memberId))
      member.joining = resolve
      // While it waits for others it sends no heartbeats.
      clearTimeout(member.session)
      if (this.#state !== 'PreparingRebalance') this.#prepare()
      else this.completeIfAllJoined()
    })
  }

  /** Resolves when the leader has assigned. */
  awaitAssignment(member: Member): Promise<SyncAnswer> {
    return new Promise((resolve) => {
      member.syncing?.(refusedSync('REBALANCE_IN_PROGRESS'))
      member.syncing = resolve
    })
  }

  assign(assignments: readonly { memberId: string; assignment: Buffer }[]): void {
    clearTimeout(this.#timer)
    this.#state = 'Stable'
    for (const member of this.#roster.members) {
      // Copied: the bytes are a view of a request that is gone soon.
      member.assignment = Buffer.from(
        assignments.find(({ memberId }) => memberId === member.memberId)?.assignment ?? noBytes,
      )
      const { syncing } = member
      member.syncing = undefined
      this.keepAlive(member)
      syncing?.(this.syncAnswer(member))
    }
  }

  keepAlive(member: Member): void {
    clearTimeout(member.session)
    member.session = setTimeout(() => {
      if (member.joining || member.syncing) return
      this.remove(member)
    }, member.sessionTimeoutMs).unref()
  }

  /** The others share out what it had. */
  remove(member: Member): void {
    this.#forget(member)
    if (this.#state === 'PreparingRebalance') this.completeIfAllJoined()
    else if (this.#roster.size === 0) {
      this.#generationId++
      this.#becomeEmpty()
    } else this.#prepare()
  }

  /** A static member's new self takes its place, and leads if it led. */
  succeed(former: Member, member: Member): void {
    answerAndEnd(former, 'FENCED_INSTANCE_ID')
    this.#roster.remove(former)
    if (this.leads(former)) this.#leader = member.memberId
  }

  completeIfAllJoined(): void {
    if (this.#state !== 'PreparingRebalance' || this.#delayed || this.#roster.awaitsPromised) return
    if (this.#roster.members.every(({ joining }) => joining)) this.#complete()
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const member of this.#roster.members) answerAndEnd(member, 'COORDINATOR_NOT_AVAILABLE')
  }

  joinAnswer(member: Member): JoinAnswer {
    const members = this.leads(member)
      ? this.#roster.members.map((other) => ({
          memberId: other.memberId,
          groupInstanceId: other.instanceId,
          metadata: metadataOf(other, this.#protocolName),
        }))
      : []
    return {
      error: 'NONE',
      generationId: this.#generationId,
      protocolType: this.#protocolType,
      protocolName: this.#protocolName,
      leader: this.#leader ?? '',
      memberId: member.memberId,
      members,
    }
  }

  syncAnswer({ assignment }: Member): SyncAnswer {
    return { error: 'NONE', protocolType: this.#protocolType, protocolName: this.#protocolName, assignment }
  }

  #prepare(): void {
    for (const member of this.#roster.members) {
      member.syncing?.(refusedSync('REBALANCE_IN_PROGRESS'))
      member.syncing = undefined
    }
    const first = this.#state === 'Empty'
    this.#state = 'PreparingRebalance'
    this.#delayed = first && this.#initialDelayMs > 0
    if (!this.#delayed) return this.#waitForMembers()
    this.#after(this.#initialDelayMs, () => {
      this.#delayed = false
      this.#waitForMembers()
    })
  }

  #waitForMembers(): void {
    this.#after(this.#rebalanceTimeoutMs(), () => this.#complete())
    this.completeIfAllJoined()
  }

  #complete(): void {
    clearTimeout(this.#timer)
    for (const member of this.#roster.members) if (!member.joining && member.instanceId === null) this.#forget(member)
    this.#generationId++
    const { members } = this.#roster
    if (members.length === 0) return this.#becomeEmpty()
    this.#protocolName = chooseProtocol(members)
    if (!this.#leader || !this.#roster.find(this.#leader)?.joining)
      this.#leader = (members.find(({ joining }) => joining) ?? members[0]!).memberId
    this.#state = 'CompletingRebalance'
    for (const member of members) {
      const { joining } = member
      member.joining = undefined
      this.keepAlive(member)
      joining?.(this.joinAnswer(member))
    }
    this.#after(this.#rebalanceTimeoutMs(), () => this.#goOnWithoutTheLate())
  }

  /** Whoever has not asked for its assignment by then is gone. */
  #goOnWithoutTheLate(): void {
    for (const member of this.#roster.members) if (!member.syncing) this.#forget(member)
    if (this.#roster.size === 0) this.#becomeEmpty()
    else this.#prepare()
  }

  #becomeEmpty(): void {
    clearTimeout(this.#timer)
    this.#state = 'Empty'
    this.#protocolName = null
    this.#leader = null
  }

  #forget(member: Member): void {
    answerAndEnd(member, 'UNKNOWN_MEMBER_ID')
    this.#roster.remove(member)
    if (this.leads(member)) this.#leader = null
  }

  #after(ms: number, work: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(work, ms)
  }

  #rebalanceTimeoutMs(): number {
    return Math.max(0, ...this.#roster.members.map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs))
  }
}

/** Whatever it waits for, it hears this. */
function answerAndEnd(member: Member, error: KafkaErrorName): void {
  clearTimeout(member.session)
  member.joining?.(refusedJoin(error, member.memberId))
  member.syncing?.(refusedSync(error))
  member.joining = member.syncing = undefined
}
