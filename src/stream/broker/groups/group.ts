import { randomUUID } from 'node:crypto'
import type { KafkaErrorName } from '../../protocol/errors.ts'
import {
  refusedJoin,
  refusedSync,
  sameProtocols,
  type JoinAnswer,
  type JoinRequest,
  type Member,
  type SyncAnswer,
} from './member.ts'
import { Rebalance, type GroupState } from './rebalance.ts'
import { Roster } from './roster.ts'

/** One consumer group of the classic protocol. It knows nothing of topics: Connect workers use it as consumers do. */
export class Group {
  readonly groupId: string
  readonly #roster = new Roster()
  readonly #rebalance: Rebalance

  constructor(groupId: string, initialDelayMs: number) {
    this.groupId = groupId
    this.#rebalance = new Rebalance(this.#roster, initialDelayMs)
  }

  get state(): GroupState {
    return this.#rebalance.state
  }
  get protocolType(): string {
    return this.#rebalance.protocolType ?? ''
  }
  get protocolName(): string {
    return this.#rebalance.protocolName ?? ''
  }
  get members(): readonly Member[] {
    return this.#roster.members
  }
  get isIdle(): boolean {
    return this.#roster.size === 0 && !this.#roster.awaitsPromised
  }

  join(request: JoinRequest): Promise<JoinAnswer> {
    const { memberId, groupInstanceId } = request
    if (!this.#takes(request)) return Promise.resolve(refusedJoin('INCONSISTENT_GROUP_PROTOCOL', memberId))
    if (memberId === '') return this.#joinAnew(request)
    if (this.#roster.redeem(memberId)) return this.#rebalance.join(this.#add(memberId, request))
    const error = this.#roster.identityError(memberId, groupInstanceId)
    if (error) return Promise.resolve(refusedJoin(error, memberId))
    return this.#joinAgain(this.#roster.find(memberId)!, request)
  }

  sync(
    memberId: string,
    instanceId: string | null,
    generationId: number,
    protocol: { type: string | null; name: string | null },
    assignments: readonly { memberId: string; assignment: Buffer }[],
  ): Promise<SyncAnswer> {
    const error = this.#memberError(memberId, instanceId, generationId) ?? this.#protocolError(protocol)
    if (error) return Promise.resolve(refusedSync(error))
    const member = this.#roster.find(memberId)!
    this.#rebalance.keepAlive(member)
    if (this.state === 'PreparingRebalance') return Promise.resolve(refusedSync('REBALANCE_IN_PROGRESS'))
    if (this.state === 'Stable') return Promise.resolve(this.#rebalance.syncAnswer(member))
    const assigned = this.#rebalance.awaitAssignment(member)
    if (this.#rebalance.leads(member)) this.#rebalance.assign(assignments)
    return assigned
  }

  heartbeat(memberId: string, instanceId: string | null, generationId: number): KafkaErrorName {
    const error = this.#memberError(memberId, instanceId, generationId)
    if (error) return error
    this.#rebalance.keepAlive(this.#roster.find(memberId)!)
    return this.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
  }

  leave(memberId: string, instanceId: string | null): KafkaErrorName {
    if (this.#roster.redeem(memberId)) {
      this.#rebalance.completeIfAllJoined()
      return 'NONE'
    }
    const id = this.#roster.idOf(memberId, instanceId)
    const error = this.#roster.identityError(id, instanceId)
    if (error) return error
    this.#rebalance.remove(this.#roster.find(id)!)
    return 'NONE'
  }

  /** Whether an offset commit of this member and generation is taken. */
  commitError(memberId: string, instanceId: string | null, generationId: number): KafkaErrorName | undefined {
    // Consumers that assign themselves commit without a membership, as long as nobody else is in.
    if (generationId < 0 && memberId === '') return this.#roster.size === 0 ? undefined : 'UNKNOWN_MEMBER_ID'
    const error = this.#memberError(memberId, instanceId, generationId)
    if (error) return error
    this.#rebalance.keepAlive(this.#roster.find(memberId)!)
    return this.state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : undefined
  }

  /** Forgets all; whoever waits is told to join again. */
  close(): void {
    this.#rebalance.close()
    this.#roster.clear()
  }

  #takes(request: JoinRequest): boolean {
    if (request.protocolType === '' || request.protocols.length === 0) return false
    if (this.#roster.size === 0) return true
    return request.protocolType === this.#rebalance.protocolType && this.#roster.sharesProtocol(request)
  }

  #joinAnew(request: JoinRequest): Promise<JoinAnswer> {
    const memberId = `${request.groupInstanceId ?? request.clientId}-${randomUUID()}`
    if (request.groupInstanceId !== null) {
      const former = this.#roster.find(this.#roster.idOf('', request.groupInstanceId))
      return former ? this.#replace(former, memberId, request) : this.#rebalance.join(this.#add(memberId, request))
    }
    if (!request.mustKnowId) return this.#rebalance.join(this.#add(memberId, request))
    this.#roster.promise(memberId, request.sessionTimeoutMs, () => this.#rebalance.completeIfAllJoined())
    return Promise.resolve(refusedJoin('MEMBER_ID_REQUIRED', memberId))
  }

  /** A static member that comes back takes the place of its former self (KIP-345). */
  #replace(former: Member, memberId: string, request: JoinRequest): Promise<JoinAnswer> {
    const unchanged = this.state === 'Stable' && sameProtocols(former.protocols, request.protocols)
    const led = this.#rebalance.leads(former)
    const member = this.#add(memberId, request)
    this.#rebalance.succeed(former, member)
    if (!unchanged) return this.#rebalance.join(member)
    member.assignment = former.assignment
    this.#rebalance.keepAlive(member)
    const answer = this.#rebalance.joinAnswer(member)
    if (!led) return Promise.resolve(answer)
    // An old client that is not told "leader" does not assign anew.
    return Promise.resolve(
      request.maySkipAssignment
        ? { ...answer, skipAssignment: true }
        : { ...answer, leader: former.memberId, members: [] },
    )
  }

  #joinAgain(member: Member, request: JoinRequest): Promise<JoinAnswer> {
    const changed = !sameProtocols(member.protocols, request.protocols)
    member.protocols = request.protocols
    member.sessionTimeoutMs = request.sessionTimeoutMs
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs
    const isCurrent =
      this.state === 'CompletingRebalance' || (this.state === 'Stable' && !this.#rebalance.leads(member))
    if (changed || !isCurrent) return this.#rebalance.join(member)
    this.#rebalance.keepAlive(member)
    return Promise.resolve(this.#rebalance.joinAnswer(member))
  }

  #add(memberId: string, request: JoinRequest): Member {
    if (this.#roster.size === 0) this.#rebalance.found(request.protocolType)
    return this.#roster.add(memberId, request)
  }

  #memberError(memberId: string, instanceId: string | null, generationId: number): KafkaErrorName | undefined {
    const error = this.#roster.identityError(memberId, instanceId)
    return error ?? (generationId === this.#rebalance.generationId ? undefined : 'ILLEGAL_GENERATION')
  }

  #protocolError({ type, name }: { type: string | null; name: string | null }): KafkaErrorName | undefined {
    const { protocolType, protocolName } = this.#rebalance
    const isSame = (type === null || type === protocolType) && (name === null || name === protocolName)
    return isSame ? undefined : 'INCONSISTENT_GROUP_PROTOCOL'
  }
}
