import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Channel } from '../../../kernel/channel.ts'
import type { DeliveryChildConfig } from '../../children/child-methods.ts'
import type { TailSource } from '../gather-tails.ts'
import type { JoinedWorker } from '../joined/joined-worker.ts'
import { keepChild } from '../kept-child.ts'
import { spawnChild, type SpawnChild } from '../spawn-child.ts'
import { newMember, tailsOf, type DeliveryMember, type DeliveryWorkerMethods, type Worker } from './delivery-member.ts'
import type { DeliveryPlan, RunningDeliveryOptions } from './delivery-plan.ts'
import { createShares } from './shares.ts'

/** One delivery and the workers that share the partitions of its topic (joined-workers.md). */
export interface RunningDelivery {
  readonly plan: DeliveryPlan
  /** The supervisor's own. */
  readonly workers: readonly Worker[]
  readonly members: readonly DeliveryMember[]
  /** Gives every worker its partitions anew, each with a new epoch. */
  reassign(): Promise<void>
  /** Shares the partitions out anew if that is due: the topic has grown, members came, went, or did not get ready. */
  look(): Promise<void>
  join(joined: JoinedWorker): void
  /** Gracefully: what it accepted is committed first. */
  letGo(joined: JoinedWorker): Promise<void>
  /** It is gone. */
  lose(joined: JoinedWorker): void
  readonly tailSources: readonly TailSource[]
}

export function startDelivery(plan: DeliveryPlan, options: RunningDeliveryOptions): RunningDelivery {
  const { config } = plan
  const { delivery, table } = config
  const { logger } = options
  const members = new Set<DeliveryMember>()
  const shares = createShares(members, config, options)
  const dealSoon = (): void =>
    void shares
      .deal()
      .catch((error: unknown) => logger.warn({ err: error, delivery }, 'partitions are shared out later'))

  function addMember(name: string, spawn: SpawnChild, joined?: JoinedWorker): DeliveryMember {
    const worker = keepChild<DeliveryWorkerMethods>({
      name,
      program: 'delivery',
      spawn,
      local: options.memory,
      onLine: options.logs.collect(name),
      logger,
      onEnd: () => {
        options.onChange()
        removeTails(config, member)
      },
      begin: async (channel: Channel<DeliveryWorkerMethods>) => {
        await channel.call('start', joined ? withoutToken(config) : config)
        await shares.begin(member, channel)
      },
    })
    const member = newMember(worker, joined)
    members.add(member)
    return member
  }

  const memberOf = (joined: JoinedWorker): DeliveryMember | undefined =>
    [...members].find((member) => member.joined === joined)

  const own = Array.from({ length: plan.workers }, (_, index) =>
    addMember(plan.workers === 1 ? `delivery-${delivery}` : `delivery-${delivery}-${index}`, spawnChild),
  )
  return {
    plan,
    workers: own.map(({ worker }) => worker),
    get members() {
      return [...members]
    },
    reassign: () => shares.deal({ isAnew: true }),
    look: () => shares.look(),
    join(joined) {
      addMember(`delivery-${delivery}@${joined.name}`, (child) => joined.spawn(child), joined)
      dealSoon()
    },
    async letGo(joined) {
      const member = memberOf(joined)
      if (!member) return
      member.isLeaving = true
      member.isOut = true
      await shares.deal().catch(() => undefined)
      members.delete(member)
      await member.worker.stop(leaveDeadlineMs)
    },
    lose(joined) {
      const member = memberOf(joined)
      if (!member) return
      members.delete(member)
      member.worker.kill()
      dealSoon()
      // It may not know yet that it is alone (INV-W2).
      setTimeout(() => removeTails(config, member), aloneMs).unref()
    },
    get tailSources() {
      const reading = [...members].filter(({ share }) => share.length > 0)
      return reading.map((member) => ({
        delivery,
        table,
        tails: (metadataLocation: string) => tailsOf(member, metadataLocation),
      }))
    },
  }
}

const leaveDeadlineMs = 10_000
const aloneMs = 15_000

/** Of a process that is gone: until the next start nobody else would. */
function removeTails({ tailDirectory }: DeliveryChildConfig, { epochs }: DeliveryMember): void {
  for (const epoch of epochs)
    void rm(join(tailDirectory, String(epoch)), { recursive: true, force: true }).catch(() => undefined)
  epochs.clear()
}

/** One that joined has shown the token that it has: it uses that. */
function withoutToken(config: DeliveryChildConfig): DeliveryChildConfig {
  const { catalogToken: _, ...told } = config
  return told
}
