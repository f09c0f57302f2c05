import assert from 'node:assert/strict'
import { encodeSubscription } from '../../../src/stream/protocol/consumer-protocol.ts'
import type { JoinAnswer, SyncAnswer } from '../../../src/stream/broker/groups/classic/member.ts'
import { KafkaRefusal } from '../../../src/stream/broker/kafka-refusal.ts'
import type { Random } from '../../support/seeded-random.ts'
import { heard, simulateLog, type SimulatedLog } from './simulated-log.ts'

const groupId = 'g'
const partitionCount = 7
const sessionTimeoutMs = 6000
const rebalanceTimeoutMs = 5000
const protocols = [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'] }, 0) }]
const limits = {
  initialRebalanceDelayMs: 0,
  membersMax: 100,
  consumerHeartbeatIntervalMs: 1000,
  consumerSessionTimeoutMs: 6000,
}

interface Client {
  readonly instance: string | null
  memberId: string
  generation: number
  /** What it does next. */
  phase: 'join' | 'sync' | 'run'
  /** As the leader of its generation. */
  members: JoinAnswer['members']
  owned: readonly number[]
  /** The request that it waits for; others are not heard any more. */
  asked: object | undefined
  /** The log that it asked. */
  life: number
}

/** Members of a classic group, with whatever happens to them, and what must hold of it. */
export interface ClassicHistory {
  readonly log: SimulatedLog
  step(): Promise<void>
  /** Nothing goes wrong any more. */
  settle(): Promise<void>
  readonly counts: { generations: number; commits: number; kills: number }
}

export function classicHistory(random: Random): ClassicHistory {
  const log = simulateLog({ revision: 0, find: () => undefined, findById: () => undefined, all: () => [] }, limits)
  let clients: Client[] = []
  const counts = { generations: 0, commits: 0, kills: 0 }
  let lastTold = 0
  let lastCommitted = 0
  let offset = 0
  const committed = new Map<number, number>()
  const owners = new Map<string, string>()
  let violation: unknown

  function newClient(instance: string | null): void {
    clients.push({
      instance,
      memberId: '',
      generation: -1,
      phase: 'join',
      members: [],
      owned: [],
      asked: undefined,
      life: log.life,
    })
  }

  /** Hears the answer unless the client gave up on it, or the log died meanwhile. */
  function ask<T>(client: Client, request: Promise<T>, hear: (answer: T) => void): void {
    const asked = {}
    client.asked = asked
    client.life = log.life
    const isHeard = (): boolean => client.asked === asked && client.life === log.life
    request
      .catch((error: unknown) => {
        assert.ok(error instanceof KafkaRefusal && error.errorName === 'COORDINATOR_NOT_AVAILABLE', String(error))
      })
      .then((answer) => {
        if (!isHeard()) return
        client.asked = undefined
        if (answer !== undefined) hear(answer)
      })
      .catch((error: unknown) => (violation ??= error))
  }

  function failed(client: Client, error: string): void {
    if (error === 'FENCED_INSTANCE_ID') clients = clients.filter((other) => other !== client)
    else if (error === 'REBALANCE_IN_PROGRESS') client.phase = 'join'
    else if (error === 'ILLEGAL_GENERATION') Object.assign(client, { phase: 'join', owned: [] })
    else if (error === 'UNKNOWN_MEMBER_ID') Object.assign(client, { phase: 'join', owned: [], memberId: '' })
    else assert.equal(error, 'COORDINATOR_NOT_AVAILABLE')
  }

  function act(client: Client): void {
    if (client.phase === 'join') return join(client)
    if (client.phase === 'sync') return sync(client)
    if (random.chance(0.4)) return commit(client)
    const name = { memberId: client.memberId, groupInstanceId: client.instance, generationId: client.generation }
    ask(client, log.groups.heartbeat(groupId, name), (error) => error !== 'NONE' && failed(client, error))
  }

  function join(client: Client): void {
    const request = {
      memberId: client.memberId,
      groupInstanceId: client.instance,
      clientId: 'c',
      clientHost: '',
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocolType: 'consumer',
      protocols,
      mustKnowId: true,
      maySkipAssignment: true,
    }
    ask(client, log.groups.join(groupId, request), (answer) => joined(client, answer))
  }

  function joined(client: Client, answer: JoinAnswer): void {
    if (answer.error === 'MEMBER_ID_REQUIRED') {
      client.memberId = answer.memberId
      return
    }
    if (answer.error !== 'NONE') return failed(client, answer.error)
    assert.ok(answer.generationId >= lastTold, `INV-G3: generation ${answer.generationId} after ${lastTold}`)
    if (answer.generationId > lastTold) counts.generations++
    lastTold = answer.generationId
    client.memberId = answer.memberId
    client.generation = answer.generationId
    client.members = answer.skipAssignment ? [] : answer.members
    client.phase = 'sync'
  }

  function sync(client: Client): void {
    const { memberId, generation: generationId, members } = client
    const shares = members.map((_, index) => partitions().filter((partition) => partition % members.length === index))
    const request = {
      memberId,
      groupInstanceId: client.instance,
      generationId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: members.map((member, index) => ({
        memberId: member.memberId,
        assignment: Buffer.from(JSON.stringify(shares[index])),
      })),
    }
    ask(client, log.groups.sync(groupId, request), (answer) => synced(client, generationId, answer))
  }

  function synced(client: Client, generation: number, { error, assignment }: SyncAnswer): void {
    if (error !== 'NONE') return failed(client, error)
    client.owned = assignment.length === 0 ? [] : (JSON.parse(assignment.toString()) as number[])
    client.phase = 'run'
    for (const partition of client.owned) {
      const [place, owner] = [`${generation}/${partition}`, client.instance ?? client.memberId]
      const other = owners.get(place) ?? owner
      assert.equal(owner, other, `INV-G4: ${partition} of generation ${generation} is of ${other} and of ${owner}`)
      owners.set(place, owner)
    }
  }

  function commit(client: Client): void {
    const { memberId, generation: generationId, owned } = client
    const name = { memberId, groupInstanceId: client.instance, generationId }
    const refusal = log.groups.checkCommit(groupId, name, { apiVersion: 9, inTransaction: false })
    if (typeof refusal === 'string') return failed(client, refusal)
    assert.ok(generationId >= lastCommitted, `INV-G2: ${generationId} commits after ${lastCommitted}`)
    lastCommitted = generationId
    const at = ++offset
    const entries = owned.map((partition) => ({
      topic: 'orders',
      partition,
      committed: { offset: at, leaderEpoch: -1, metadata: null },
    }))
    const written = log.groups.offsets.commit(groupId, entries).then(
      () => true,
      () => false,
    )
    ask(client, written, (isDurable) => {
      if (!isDurable) return
      counts.commits++
      for (const partition of owned) committed.set(partition, Math.max(at, committed.get(partition) ?? 0))
    })
  }

  function checkCommitted(): void {
    for (const [partition, at] of committed) {
      const found = log.groups.offsets.get({ group: groupId, topic: 'orders', partition })?.offset ?? -1
      assert.ok(found >= at, `INV-G1: ${at} was committed, ${found} is read`)
    }
  }

  function disturb(): void {
    const what = random.next()
    const client = clients.length > 0 ? random.oneOf(clients) : undefined
    if (what < 0.3 && clients.length < 5) newClient(random.chance(0.4) ? `i${random.pick(3)}` : null)
    else if (what < 0.45) kill()
    else if (what < 0.6) log.refuse(1 + random.pick(log.waiting + 1))
    // It no longer waits, and asks again; or it is gone, and perhaps another comes for it.
    else if (client && what < 0.8) client.asked = undefined
    else if (client) goAway(client)
  }

  function kill(): void {
    log.kill(random.pick(log.waiting + 1))
    counts.kills++
    checkCommitted()
  }

  function goAway(client: Client): void {
    clients = clients.filter((other) => other !== client)
    const leaving = [{ memberId: client.memberId, groupInstanceId: client.instance }]
    if (random.chance(0.4) && client.memberId !== '') log.groups.leave(groupId, leaving).catch(() => undefined)
    else if (client.instance !== null && random.chance(0.5)) newClient(client.instance)
  }

  async function goOn(): Promise<void> {
    for (const client of clients) if (client.life !== log.life) client.asked = undefined
    const idle = clients.filter(({ asked }) => asked === undefined)
    if (idle.length > 0) act(random.oneOf(idle))
    await heard()
    if (violation !== undefined) throw violation
  }

  return {
    log,
    counts,
    async step() {
      if (random.chance(0.15)) disturb()
      if (random.chance(0.3)) log.pass(random.pick(1500))
      if (random.chance(0.7)) log.sync(1 + random.pick(log.waiting + 1))
      await goOn()
    },
    async settle() {
      if (clients.length === 0) newClient(null)
      for (let round = 0; round < 400 && !isSettled(); round++) {
        log.sync(log.waiting)
        await goOn()
        if (round % (clients.length + 1) === 0) log.pass(500)
      }
      checkCommitted()
      assert.ok(isSettled(), `INV-G5: ${JSON.stringify(clients)}`)
    },
  }

  function isSettled(): boolean {
    const group = log.groups.find(groupId)
    if (group?.kind !== 'classic' || group.state !== 'Stable' || group.members.size !== clients.length) return false
    const all = clients.every(({ phase, generation }) => phase === 'run' && generation === group.generationId)
    const owned = clients.flatMap((client) => client.owned).toSorted((left, right) => left - right)
    return all && log.waiting === 0 && JSON.stringify(owned) === JSON.stringify(partitions())
  }
}

function partitions(): number[] {
  return Array.from({ length: partitionCount }, (_, partition) => partition)
}
