import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from '../../../kernel/logger.ts'
import type { Assignment, DeliveryChildConfig } from '../../children/child-methods.ts'
import type { JoinedWorker } from '../joined/joined-worker.ts'
import { newMember, type DeliveryMember, type Worker } from './delivery-member.ts'
import { createShares, type Shares } from './shares.ts'

interface Told {
  readonly member: DeliveryMember
  /** Partitions that its process has now. */
  reads: readonly number[]
  /** Assignments that its process will not take. */
  refuses: number
}

function memberThatJoined(name: string): Told {
  const told: Told = { member: newMember(worker(), { name } as JoinedWorker), reads: [], refuses: 0 }
  function worker(): Worker {
    const call = async (method: string, params: unknown): Promise<null> => {
      if (method !== 'assign') return null
      if (told.refuses-- > 0) throw new Error('not now')
      told.reads = (params as Assignment).partitions
      return null
    }
    const channel = { call, closed: new Promise(() => undefined) }
    return { name, state: { kind: 'ready' }, channel, rest: async () => (told.reads = []) } as unknown as Worker
  }
  return told
}

function sharesOf(members: readonly Told[]): { readonly shares: Shares; readonly present: Set<DeliveryMember> } {
  let epoch = 0
  const present = new Set(members.map(({ member }) => member))
  const shares = createShares(present, { delivery: 'load', topic: 'values' } as DeliveryChildConfig, {
    nextEpoch: async () => ++epoch,
    partitionsOf: async () => [0, 1, 2, 3],
    onChange: () => undefined,
    logger: silentLogger,
  })
  return { shares, present }
}

void test('INV-W1: what a process did not take is given to it again at the next look', async () => {
  const [one, two] = [memberThatJoined('one'), memberThatJoined('two')]
  const { shares } = sharesOf([one, two])
  two.refuses = 1
  await assert.rejects(shares.deal())
  await shares.look()
  assert.deepEqual([one.reads, two.reads], [[0, 1], [2, 3]]) // prettier-ignore
})

void test('INV-W1: one that leaves gets nothing back, however often anybody looks', async () => {
  const [one, two] = [memberThatJoined('one'), memberThatJoined('two')]
  const { shares, present } = sharesOf([one, two])
  await shares.deal()
  two.member.isLeaving = two.member.isOut = true
  await Promise.all([shares.look(), shares.deal(), shares.look()])
  assert.deepEqual([one.reads, two.reads], [[0, 1, 2, 3], []])
  present.delete(two.member)
  await shares.look()
  assert.deepEqual(one.reads, [0, 1, 2, 3])
})
