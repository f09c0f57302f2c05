import { randomUUID } from 'node:crypto'
import type { KafkaErrorName } from '../../protocol/errors.ts'
import {
  chooseProtocol,
  metadataOf,
  noBytes,
  refusedJoin,
  refusedSync,
  sameProtocols,
  type JoinAnswer,
  type Member,
  type MemberProtocol,
  type SyncAnswer,
} from './member.ts'

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

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

/**
 * One consumer group of the classic protocol: Empty → PreparingRebalance (members join) → CompletingRebalance (the leader
 * assigns) → Stable. It knows nothing of topics: Connect workers use it as consumers do.
 */
export class Group {
  readonly groupId: string
  readonly #initialDelayMs: number
  readonly #members = new Map<string, Member>()
  /** Static members by their instance. */
  readonly #instances = new Map<string, string>()
  /** Ids that were given away, until their owners join. */
  readonly #promised = new Map<string, NodeJS.Timeout>()
  #state: GroupState = 'Empty'
  #generationId = 0
  #protocolType: string | null = null
  #protocolName: string | null = null
  #leader: string | null = null
  #timer: NodeJS.Timeout | undefined
  #delayed = false

  constructor(groupId: string, initialDelayMs: number) {
    this.groupId = groupId
    this.#initialDelayMs = initialDelayMs
  }

  get state(): GroupState {
    return this.#state
  }
  get protocolType(): string {
    return this.#protocolType ?? ''
  }
  get protocolName(): string {
    return this.#protocolName ?? ''
  }
  get members(): readonly Member[] {
    return [...this.#members.values()]
  }
  get isIdle(): boolean {
    return this.#members.size === 0 && this.#promised.size === 0
  }

  join(request: JoinRequest): Promise<JoinAnswer> {
    if (!this.#takes(request)) return Promise.resolve(refusedJoin('INCONSISTENT_GROUP_PROTOCOL', request.memberId))
    if (request.memberId === '') return this.#joinAnew(request)
    const promised = this.#promised.get(request.memberId)
    if (promised) {
      clearTimeout(promised)
      this.#promised.delete(request.memberId)
      return this.#addAndWait(request.memberId, request)
    }
    const error = this.#identityError(request.memberId, request.groupInstanceId)
    if (error) return Promise.resolve(refusedJoin(error, request.memberId))
    return this.#joinAgain(this.#members.get(request.memberId)!, request)
  }

  sync(
    memberId: string,
    instanceId: string | null,
    generationId: number,
    protocol: { type: string | null; name: string | null },
    assignments: readonly { memberId: string; assignment: Buffer }[],
  ): Promise<SyncAnswer> {
    const error = this.#memberError(memberId, instanceId, generationId)
    if (error) return Promise.resolve(refusedSync(error))
    if (
      (protocol.type !== null && protocol.type !== this.#protocolType) ||
      (protocol.name !== null && protocol.name !== this.#protocolName)
    )
      return Promise.resolve(refusedSync('INCONSISTENT_GROUP_PROTOCOL'))
    const member = this.#members.get(memberId)!
    this.#keepAlive(member)
    if (this.#state === 'PreparingRebalance') return Promise.resolve(refusedSync('REBALANCE_IN_PROGRESS'))
    if (this.#state === 'Stable') return Promise.resolve(this.#syncAnswer(member))
    return new Promise((resolve) => {
      member.syncing?.(refusedSync('REBALANCE_IN_PROGRESS'))
      member.syncing = resolve
      if (memberId === this.#leader) this.#assign(assignments)
    })
  }

  heartbeat(memberId: string, instanceId: string | null, generationId: number): KafkaErrorName {
    const error = this.#memberError(memberId, instanceId, generationId)
    if (error) return error
    this.#keepAlive(this.#members.get(memberId)!)
    return this.#state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
  }

  leave(memberId: string, instanceId: string | null): KafkaErrorName {
    const promised = this.#promised.get(memberId)
    if (promised) {
      clearTimeout(promised)
      this.#promised.delete(memberId)
      this.#completeIfAllJoined()
      return 'NONE'
    }
    const id = memberId === '' && instanceId !== null ? (this.#instances.get(instanceId) ?? '') : memberId
    const error = this.#identityError(id, instanceId)
    if (error) return error
    this.#remove(this.#members.get(id)!)
    return 'NONE'
  }

  /** Whether an offset commit of this member and generation is taken. */
  commitError(memberId: string, instanceId: string | null, generationId: number): KafkaErrorName | undefined {
    // Consumers that assign themselves commit without a membership, as long as nobody else is in.
    if (generationId < 0 && memberId === '') return this.#members.size === 0 ? undefined : 'UNKNOWN_MEMBER_ID'
    const error = this.#memberError(memberId, instanceId, generationId)
    if (error) return error
    this.#keepAlive(this.#members.get(memberId)!)
    return this.#state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : undefined
  }

  /** Forgets all; whoever waits is told to join again. */
  close(): void {
    clearTimeout(this.#timer)
    for (const timer of this.#promised.values()) clearTimeout(timer)
    for (const member of this.#members.values()) this.#answerAndForget(member, 'COORDINATOR_NOT_AVAILABLE')
    this.#members.clear()
    this.#promised.clear()
  }

  #takes({ protocolType, protocols }: JoinRequest): boolean {
    if (protocolType === '' || protocols.length === 0) return false
    if (this.#members.size === 0) return true
    if (protocolType !== this.#protocolType) return false
    return protocols.some(({ name }) =>
      this.members.every((member) => member.protocols.some((known) => known.name === name)),
    )
  }

  #joinAnew(request: JoinRequest): Promise<JoinAnswer> {
    const memberId = `${request.groupInstanceId ?? request.clientId}-${randomUUID()}`
    if (request.groupInstanceId !== null) {
      const former = this.#members.get(this.#instances.get(request.groupInstanceId) ?? '')
      return former ? this.#replace(former, memberId, request) : this.#addAndWait(memberId, request)
    }
    if (!request.mustKnowId) return this.#addAndWait(memberId, request)
    const forget = (): void => {
      this.#promised.delete(memberId)
      this.#completeIfAllJoined()
    }
    this.#promised.set(memberId, setTimeout(forget, request.sessionTimeoutMs).unref())
    return Promise.resolve(refusedJoin('MEMBER_ID_REQUIRED', memberId))
  }

  /** A static member that comes back takes the place of its former self (KIP-345). */
  #replace(former: Member, memberId: string, request: JoinRequest): Promise<JoinAnswer> {
    const unchanged = this.#state === 'Stable' && sameProtocols(former.protocols, request.protocols)
    const { assignment } = former
    const wasLeader = this.#leader === former.memberId
    this.#answerAndForget(former, 'FENCED_INSTANCE_ID')
    this.#members.delete(former.memberId)
    const member = this.#add(memberId, request)
    if (wasLeader) this.#leader = memberId
    if (!unchanged) return this.#wait(member)
    member.assignment = assignment
    this.#keepAlive(member)
    const answer = this.#joinAnswer(member)
    if (!wasLeader) return Promise.resolve(answer)
    // An old client that is not told "leader" does not assign anew.
    return Promise.resolve(
      request.maySkipAssignment
        ? { ...answer, skipAssignment: true }
        : { ...answer, leader: former.memberId, members: [] },
    )
  }

  #joinAgain(member: Member, request: JoinRequest): Promise<JoinAnswer> {
    const changed = !sameProtocols(member.protocols, request.protocols)
    const leads = member.memberId === this.#leader
    member.protocols = request.protocols
    member.sessionTimeoutMs = request.sessionTimeoutMs
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs
    const current = this.#state === 'CompletingRebalance' ? !changed : this.#state === 'Stable' && !changed && !leads
    if (!current) return this.#wait(member)
    this.#keepAlive(member)
    return Promise.resolve(this.#joinAnswer(member))
  }

  #addAndWait(memberId: string, request: JoinRequest): Promise<JoinAnswer> {
    return this.#wait(this.#add(memberId, request))
  }

  #add(memberId: string, request: JoinRequest): Member {
    const member: Member = {
      memberId,
      instanceId: request.groupInstanceId,
      clientId: request.clientId,
      clientHost: request.clientHost,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      protocols: request.protocols,
      assignment: noBytes,
      joining: undefined,
      syncing: undefined,
      session: undefined,
    }
    if (this.#members.size === 0) this.#protocolType = request.protocolType
    this.#members.set(memberId, member)
    if (request.groupInstanceId !== null) this.#instances.set(request.groupInstanceId, memberId)
    return member
  }

  #wait(member: Member): Promise<JoinAnswer> {
    return new Promise((resolve) => {
      member.joining?.(refusedJoin('REBALANCE_IN_PROGRESS', member.memberId))
      member.joining = resolve
      // While it waits for others it sends no heartbeats.
      clearTimeout(member.session)
      if (this.#state !== 'PreparingRebalance') this.#prepare()
      else this.#completeIfAllJoined()
    })
  }

  #prepare(): void {
    for (const member of this.#members.values()) {
      member.syncing?.(refusedSync('REBALANCE_IN_PROGRESS'))
      member.syncing = undefined
    }
    const first = this.#state === 'Empty'
    this.#state = 'PreparingRebalance'
    this.#delayed = first && this.#initialDelayMs > 0
    clearTimeout(this.#timer)
    if (this.#delayed) {
      this.#timer = setTimeout(() => {
        this.#delayed = false
        this.#armRebalance()
        this.#completeIfAllJoined()
      }, this.#initialDelayMs)
      return
    }
    this.#armRebalance()
    this.#completeIfAllJoined()
  }

  #armRebalance(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#complete(), this.#rebalanceTimeoutMs())
  }

  #rebalanceTimeoutMs(): number {
    return Math.max(0, ...this.members.map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs))
  }

  #completeIfAllJoined(): void {
    if (this.#state !== 'PreparingRebalance' || this.#delayed || this.#promised.size > 0) return
    if (this.members.every(({ joining }) => joining)) this.#complete()
  }

  #complete(): void {
    clearTimeout(this.#timer)
    for (const member of this.members) if (!member.joining && member.instanceId === null) this.#forget(member)
    this.#generationId++
    if (this.#members.size === 0) {
      this.#becomeEmpty()
      return
    }
    this.#protocolName = chooseProtocol(this.members)
    if (!this.#leader || !this.#members.get(this.#leader)?.joining)
      this.#leader = (this.members.find(({ joining }) => joining) ?? this.members[0]!).memberId
    this.#state = 'CompletingRebalance'
    for (const member of this.members) {
      const { joining } = member
      member.joining = undefined
      this.#keepAlive(member)
      joining?.(this.#joinAnswer(member))
    }
    // Whoever has not asked for its assignment by then is gone.
    this.#timer = setTimeout(() => {
      for (const member of this.members) if (!member.syncing) this.#forget(member)
      if (this.#members.size === 0) this.#becomeEmpty()
      else this.#prepare()
    }, this.#rebalanceTimeoutMs())
  }

  #becomeEmpty(): void {
    clearTimeout(this.#timer)
    this.#state = 'Empty'
    this.#protocolName = null
    this.#leader = null
  }

  #assign(assignments: readonly { memberId: string; assignment: Buffer }[]): void {
    clearTimeout(this.#timer)
    this.#state = 'Stable'
    for (const member of this.members) {
      // Copied: the bytes are a view of a request that is gone soon.
      member.assignment = Buffer.from(
        assignments.find(({ memberId }) => memberId === member.memberId)?.assignment ?? noBytes,
      )
      const { syncing } = member
      member.syncing = undefined
      this.#keepAlive(member)
      syncing?.(this.#syncAnswer(member))
    }
  }

  #keepAlive(member: Member): void {
    clearTimeout(member.session)
    member.session = setTimeout(() => {
      if (member.joining || member.syncing) return
      this.#remove(member)
    }, member.sessionTimeoutMs).unref()
  }

  #remove(member: Member): void {
    this.#forget(member)
    if (this.#state === 'PreparingRebalance') this.#completeIfAllJoined()
    else if (this.#members.size === 0) {
      this.#generationId++
      this.#becomeEmpty()
    } else this.#prepare()
  }

  #forget(member: Member): void {
    this.#answerAndForget(member, 'UNKNOWN_MEMBER_ID')
    this.#members.delete(member.memberId)
    if (member.instanceId !== null && this.#instances.get(member.instanceId) === member.memberId)
      this.#instances.delete(member.instanceId)
    if (this.#leader === member.memberId) this.#leader = null
  }

  #answerAndForget(member: Member, error: KafkaErrorName): void {
    clearTimeout(member.session)
    member.joining?.(refusedJoin(error, member.memberId))
    member.syncing?.(refusedSync(error))
    member.joining = member.syncing = undefined
  }

  #identityError(memberId: string, instanceId: string | null): KafkaErrorName | undefined {
    if (instanceId !== null) {
      const known = this.#instances.get(instanceId)
      if (known === undefined) return 'UNKNOWN_MEMBER_ID'
      if (known !== memberId) return 'FENCED_INSTANCE_ID'
    }
    return this.#members.has(memberId) ? undefined : 'UNKNOWN_MEMBER_ID'
  }

  #memberError(memberId: string, instanceId: string | null, generationId: number): KafkaErrorName | undefined {
    return (
      this.#identityError(memberId, instanceId) ??
      (generationId === this.#generationId ? undefined : 'ILLEGAL_GENERATION')
    )
  }

  #joinAnswer(member: Member): JoinAnswer {
    const leads = member.memberId === this.#leader
    const members = leads
      ? this.members.map((other) => ({
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

  #syncAnswer(member: Member): SyncAnswer {
    return {
      error: 'NONE',
      protocolType: this.#protocolType,
      protocolName: this.#protocolName,
      assignment: member.assignment,
    }
  }
}
