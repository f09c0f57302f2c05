import type { Channel } from '../../../kernel/channel.ts'
import type { DeliveryChildConfig } from '../../children/child-methods.ts'
import { dealPartitions } from './deal-partitions.ts'
import type { DeliveryMember, DeliveryWorkerMethods } from './delivery-member.ts'
import type { RunningDeliveryOptions } from './delivery-plan.ts'

/** Who of a delivery's members reads what, and how they are told. */
export interface Shares {
  /** Tells a process that has just started its share. */
  begin(member: DeliveryMember, channel: Channel<DeliveryWorkerMethods>): Promise<void>
  /** Shares out: whoever keeps what it has hears nothing, unless all are to begin anew. One after the other. */
  deal(how?: { readonly isAnew: boolean }): Promise<void>
  /** Shares out when there is a reason to. */
  look(): Promise<void>
}

const assignTimeoutMs = 60_000
/** What a member that gives partitions away may take to commit, and to let go. */
const releaseMs = 10_000
/** A joined worker that is not ready for so long leaves its share to others until it is. */
const unreadyMs = 15_000

type Dealing = Pick<RunningDeliveryOptions, 'nextEpoch' | 'partitionsOf' | 'onChange' | 'logger'>

export function createShares(
  members: ReadonlySet<DeliveryMember>,
  { delivery, topic }: DeliveryChildConfig,
  { nextEpoch, partitionsOf, onChange, logger }: Dealing,
): Shares {
  let dealt = 0
  let isDue = true
  let last: Promise<void> = Promise.resolve()

  function deal({ isAnew } = { isAnew: false }): Promise<void> {
    isDue = true
    last = last.catch(() => undefined).then(() => dealNow(isAnew))
    return last
  }

  async function dealNow(isAnew: boolean): Promise<void> {
    const partitions = await partitionsOf(topic)
    const inside = [...members].filter(({ isOut }) => !isOut)
    const wanted = dealPartitions(partitions, new Map(inside.map((member) => [member, member.share])))
    const shareOf = (member: DeliveryMember): readonly number[] => wanted.get(member) ?? []
    isDue = false
    dealt = partitions.length
    const changed = [...members].filter((member) => isAnew || member.isUntold || !isSame(member.share, shareOf(member)))
    // Nobody gets what another one still has.
    if (!isAnew) await Promise.all(changed.map((member) => release(member, shareOf(member))))
    for (const member of changed) member.share = shareOf(member)
    onChange()
    await Promise.all(changed.map(tell))
    if (changed.length > 0)
      logger.info({ delivery, topic, partitions: dealt, members: inside.length }, 'partitions are shared out')
  }

  /** Rows that were visible stay so: they are committed before anybody begins to read them anew. */
  async function release(member: DeliveryMember, wanted: readonly number[]): Promise<void> {
    const { worker, share } = member
    const { channel } = worker
    if (!channel) return
    await channel.call('flush', null, { timeoutMs: releaseMs }).catch(() => undefined)
    const kept = share.filter((partition) => wanted.includes(partition))
    if (kept.length === share.length) return
    try {
      await assign(member, channel, kept, releaseMs)
    } catch {
      worker.end('it did not give its partitions to others in time')
    }
  }

  /** One whose process is not ready hears it when it is; one of somebody else's without a share has no process. */
  async function tell(member: DeliveryMember): Promise<void> {
    const { worker, joined, share } = member
    if (worker.channel) {
      if (share.length === 0 && joined) return worker.rest(releaseMs)
      return give(member, worker.channel)
    }
    if (worker.state.kind === 'idle' && joined && share.length > 0) worker.ready().catch(() => undefined)
  }

  async function give(member: DeliveryMember, channel: Channel<DeliveryWorkerMethods>): Promise<void> {
    member.isUntold = true
    for (;;) {
      const { share } = member
      await assign(member, channel, share, assignTimeoutMs)
      if (member.share === share) break
    }
    member.isUntold = false
  }

  async function assign(
    member: DeliveryMember,
    channel: Channel<DeliveryWorkerMethods>,
    partitions: readonly number[],
    timeoutMs: number,
  ): Promise<void> {
    // Never used twice, also for the same partitions: it is another life of their tail.
    const epoch = await nextEpoch(delivery)
    member.epochs.add(epoch)
    onChange()
    await channel.call('assign', { epoch, partitions }, { timeoutMs })
  }

  /** Whether members that joined are in or out by another reason than before. */
  function lookAtMembers(): boolean {
    let isOther = false
    for (const member of members) {
      if (!member.joined || member.isLeaving) continue
      const now = performance.now()
      if (member.worker.channel) member.unreadySinceMs = undefined
      else if (member.share.length > 0) member.unreadySinceMs ??= now
      const isOut =
        member.worker.state.kind === 'failed' ||
        (member.unreadySinceMs !== undefined && now - member.unreadySinceMs > unreadyMs)
      if (isOut !== member.isOut) isOther = true
      member.isOut = isOut
    }
    return isOther
  }

  return {
    async begin(member, channel) {
      if (dealt === 0) await deal()
      await give(member, channel)
    },
    deal,
    async look() {
      const isOther = lookAtMembers()
      // One that is not ready is told when it is.
      const isUntold = [...members].some((member) => member.isUntold && member.worker.channel !== undefined)
      if (isOther || isDue || isUntold || (await partitionsOf(topic)).length > dealt) await deal()
    },
  }
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((partition, at) => partition === right[at])
}
