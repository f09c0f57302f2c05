import type { MemberProtocol } from '../classic/member.ts'
import { noPartitions, nothingHeld, type Holding, type Partitions } from './partitions.ts'

/** How far a member is on its way to its target. */
export type MemberState = 'Stable' | 'UnrevokedPartitions' | 'UnreleasedPartitions'

/** One member of a consumer group: what it wants, what it holds and what it is to hold. Never changed, but replaced. */
export interface ConsumerMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  /** In order, each once. */
  readonly topicNames: readonly string[]
  /** Empty for none. */
  readonly topicRegex: string
  readonly assignor: string | null
  /** 0 until it has its first target; -2 while a static member is away. */
  readonly epoch: number
  /** Taken for `epoch` when the answer with that was lost. */
  readonly previousEpoch: number
  readonly state: MemberState
  readonly assigned: Holding
  /** It was told to give them up; they are its own until it has. */
  readonly revoking: Holding
  readonly target: Partitions
  /** Of a member that speaks the classic protocol. */
  readonly classic: ClassicSide | null
}

export interface ClassicSide {
  readonly sessionTimeoutMs: number
  readonly protocols: readonly MemberProtocol[]
}

export const awayEpoch = -2

export function newConsumerMember(memberId: string): ConsumerMember {
  return {
    memberId,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    rebalanceTimeoutMs: 0,
    topicNames: [],
    topicRegex: '',
    assignor: null,
    epoch: 0,
    previousEpoch: 0,
    state: 'Stable',
    assigned: nothingHeld,
    revoking: nothingHeld,
    target: noPartitions,
    classic: null,
  }
}

export function isReconciled({ state, epoch }: ConsumerMember, assignmentEpoch: number): boolean {
  return state === 'Stable' && epoch === assignmentEpoch
}

export function subscribesAlike(left: ConsumerMember, right: ConsumerMember): boolean {
  return left.topicRegex === right.topicRegex && sameNames(left.topicNames, right.topicNames)
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left === right || (left.length === right.length && left.every((name, index) => name === right[index]))
}
