import type { KafkaErrorName } from '../../protocol/errors.ts'
import { noBytes, type JoinRequest, type Member } from './member.ts'

/** Who is in a group: members by their id, static ones by their instance too, and ids that were given to who will come. */
export class Roster {
  readonly #members = new Map<string, Member>()
  /** Static members by their instance (KIP-345). */
  readonly #instances = new Map<string, string>()
  /** Ids that were given away (KIP-394), until their owners join. */
  readonly #promised = new Map<string, NodeJS.Timeout>()

  get members(): readonly Member[] {
    return [...this.#members.values()]
  }
  get size(): number {
    return this.#members.size
  }
  get awaitsPromised(): boolean {
    return this.#promised.size > 0
  }

  find(memberId: string): Member | undefined {
    return this.#members.get(memberId)
  }

  /** The id of a static member that goes by its instance alone. */
  idOf(memberId: string, instanceId: string | null): string {
    return memberId === '' && instanceId !== null ? (this.#instances.get(instanceId) ?? '') : memberId
  }

  add(memberId: string, request: JoinRequest): Member {
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
    this.#members.set(memberId, member)
    if (request.groupInstanceId !== null) this.#instances.set(request.groupInstanceId, memberId)
    return member
  }

  remove({ memberId, instanceId }: Member): void {
    this.#members.delete(memberId)
    // The instance may have a new member by now.
    if (instanceId !== null && this.#instances.get(instanceId) === memberId) this.#instances.delete(instanceId)
  }

  promise(memberId: string, forMs: number, onLapse: () => void): void {
    const lapse = (): void => {
      this.#promised.delete(memberId)
      onLapse()
    }
    this.#promised.set(memberId, setTimeout(lapse, forMs).unref())
  }

  /** Whether the id was promised; it no longer is. */
  redeem(memberId: string): boolean {
    clearTimeout(this.#promised.get(memberId))
    return this.#promised.delete(memberId)
  }

  identityError(memberId: string, instanceId: string | null): KafkaErrorName | undefined {
    if (instanceId !== null) {
      const known = this.#instances.get(instanceId)
      if (known === undefined) return 'UNKNOWN_MEMBER_ID'
      if (known !== memberId) return 'FENCED_INSTANCE_ID'
    }
    return this.#members.has(memberId) ? undefined : 'UNKNOWN_MEMBER_ID'
  }

  /** Whether all members know one of these protocols. */
  sharesProtocol({ protocols }: JoinRequest): boolean {
    return protocols.some(({ name }) =>
      this.members.every((member) => member.protocols.some((known) => known.name === name)),
    )
  }

  clear(): void {
    for (const timer of this.#promised.values()) clearTimeout(timer)
    this.#members.clear()
    this.#instances.clear()
    this.#promised.clear()
  }
}
