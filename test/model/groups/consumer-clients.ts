import assert from 'node:assert/strict'
import type { ConsumerGroup } from '../../../src/stream/broker/groups/consumer/group.ts'
import type { HeartbeatAnswer, HeartbeatRequest } from '../../../src/stream/broker/groups/consumer/heartbeat.ts'
import { listed } from '../../../src/stream/broker/groups/consumer/partitions.ts'
import { shownState } from '../../../src/stream/broker/groups/group.ts'
import { KafkaRefusal } from '../../../src/stream/broker/kafka-refusal.ts'
import { fakeTopics } from '../../support/fake-topics.ts'
import type { Random } from '../../support/seeded-random.ts'
import { askNext, newEagerReader, type EagerReader } from './eager-reader.ts'
import { heard, simulateLog, type SimulatedLog } from './simulated-log.ts'

const groupId = 'g'
const limits = {
  initialRebalanceDelayMs: 0,
  membersMax: 100,
  consumerHeartbeatIntervalMs: 1000,
  consumerSessionTimeoutMs: 6000,
}
const topicNames = ['orders', 'orders-eu', 'visits']

/** `TOPIC ID/PARTITION` */
type Place = string

interface Client {
  readonly memberId: string
  readonly instance: string | null
  readonly names: readonly string[]
  readonly regex: string
  readonly assignor: string | null
  epoch: number
  /** What it reads, and reports. */
  owned: Set<Place>
  /** What it was told to hold, and has not come round to. */
  told: ReadonlySet<Place> | undefined
  /** It tells all of itself: it joins, or does not know what the log knows. */
  isFull: boolean
  /** It speaks the classic protocol instead. */
  readonly reader: EagerReader | undefined
  asked: object | undefined
  life: number
}

/** Members of a consumer group, some of the classic protocol, with whatever happens to them, and what must hold of it. */
export interface ConsumerHistory {
  readonly log: SimulatedLog
  step(): Promise<void>
  /** Nothing goes wrong any more. */
  settle(): Promise<void>
  readonly counts: { epochs: number; commits: number; kills: number }
}

export function consumerHistory(random: Random, classicShare = 0): ConsumerHistory {
  const topics = fakeTopics({ orders: 5, 'orders-eu': 3 })
  const log = simulateLog(topics, limits)
  const counts = { epochs: 0, commits: 0, kills: 0 }
  let clients: Client[] = []
  let [made, epochTold, offset] = [0, 0, 0]
  let violation: unknown
  const committed = new Map<Place, number>()

  function newClient(wanted: string | null): void {
    // Two of one name and of different protocols would take each other's place for ever.
    const isTaken = classicShare > 0 && clients.some(({ instance: other }) => other === wanted)
    const instance = isTaken ? null : wanted
    const reader = random.chance(classicShare) ? newEagerReader() : undefined
    const regex = !reader && random.chance(0.3) ? 'orders.*' : ''
    clients.push({
      memberId: `m${++made}`,
      instance,
      names: topicNames.filter(() => random.chance(regex === '' ? 0.7 : 0.2)),
      regex,
      assignor: random.oneOf([null, 'uniform', 'range']),
      epoch: 0,
      owned: new Set(),
      told: undefined,
      isFull: true,
      reader,
      asked: undefined,
      life: log.life,
    })
  }

  function ask<T>(client: Client, request: Promise<T>, hearIt: (answer: T) => void): void {
    const asked = {}
    client.asked = asked
    client.life = log.life
    const isHeard = (): boolean => client.asked === asked && client.life === log.life
    request
      .then(
        (answer) => {
          if (!isHeard()) return
          client.asked = undefined
          hearIt(answer)
          checkOwners()
        },
        (error: unknown) => {
          assert.ok(error instanceof KafkaRefusal, String(error))
          if (!isHeard()) return
          client.asked = undefined
          refused(client, error.errorName)
        },
      )
      .catch((error: unknown) => (violation ??= error))
  }

  function hear(client: Client, { memberEpoch, assignment }: HeartbeatAnswer): void {
    assert.ok(memberEpoch >= client.epoch, `INV-G3: epoch ${memberEpoch} of ${client.memberId} after ${client.epoch}`)
    if (memberEpoch > epochTold) counts.epochs++
    epochTold = Math.max(epochTold, memberEpoch)
    client.epoch = memberEpoch
    client.isFull = false
    if (assignment)
      client.told = new Set(
        assignment.flatMap(({ topicId, partitions }) => partitions.map((partition) => `${topicId}/${partition}`)),
      )
    if (random.chance(0.7)) comeRound(client)
  }

  /** It gives up what it is not to hold any more, and takes what it is to hold. */
  function comeRound(client: Client): void {
    if (client.told) client.owned = new Set(client.told)
    client.told = undefined
  }

  function refused(client: Client, error: string): void {
    if (client.reader) return readerRefused(client, client.reader, error)
    const isOut = error === 'FENCED_MEMBER_EPOCH' || error === 'UNKNOWN_MEMBER_ID' || error === 'GROUP_ID_NOT_FOUND'
    if (isOut) Object.assign(client, { epoch: 0, owned: new Set(), told: undefined, isFull: true })
    else if (error === 'FENCED_INSTANCE_ID') clients = clients.filter((other) => other !== client)
    else if (error === 'UNRELEASED_INSTANCE_ID') {
      // Its former self may still be in its session; two that run go by one name by mistake, and one gives up.
      const isTwice = clients.some((other) => other !== client && other.instance === client.instance)
      if (isTwice) clients = clients.filter((other) => other !== client)
    } else assert.equal(error, 'COORDINATOR_NOT_AVAILABLE')
  }

  function readerRefused(client: Client, reader: EagerReader, error: string): void {
    if (error === 'NONE' || error === 'COORDINATOR_NOT_AVAILABLE') return
    if (error === 'FENCED_INSTANCE_ID') clients = clients.filter((other) => other !== client)
    else if (error === 'UNKNOWN_MEMBER_ID') Object.assign(reader, newEagerReader())
    else if (error === 'ILLEGAL_GENERATION') Object.assign(reader, { phase: 'join', owned: new Set() })
    else if (error === 'REBALANCE_IN_PROGRESS') reader.phase = 'join'
    else assert.fail(error)
  }

  function read(client: Client, reader: EagerReader): void {
    ask(client, askNext(reader, client, log.groups, groupId, topics), (told) => {
      const error = told()
      if (error) refused(client, error)
      const { generation } = reader
      if (generation > epochTold) counts.epochs++
      epochTold = Math.max(epochTold, generation)
    })
  }

  function beat(client: Client): void {
    const { memberId, epoch: memberEpoch, instance, isFull, names, regex, owned } = client
    // What it was told before the answer got lost is told again.
    client.isFull = true
    const held = new Map<string, number[]>()
    for (const place of owned) {
      const [topicId = '', partition] = place.split('/')
      held.set(topicId, [...(held.get(topicId) ?? []), Number(partition)])
    }
    const request: HeartbeatRequest = {
      memberId,
      memberEpoch,
      instanceId: instance,
      rackId: null,
      rebalanceTimeoutMs: isFull ? 5000 : -1,
      clientId: 'c',
      clientHost: '',
      subscribedTopicNames: isFull ? names : null,
      subscribedTopicRegex: isFull ? regex : null,
      serverAssignor: isFull ? client.assignor : null,
      topicPartitions: memberEpoch === 0 ? [] : [...held].map(([topicId, partitions]) => ({ topicId, partitions })),
    }
    if (memberEpoch === 0) Object.assign(client, { owned: new Set(), told: undefined })
    ask(client, log.groups.consumerHeartbeat(groupId, request), (answer) => hear(client, answer))
  }

  /**
   * What members believe to hold, of those that know their epoch. One whose last answer was lost may believe the wrong thing until it is
   * fenced; it can commit nothing of it.
   */
  function checkOwners(): void {
    const owners = new Map<Place, string>()
    for (const client of clients.filter(knowsItsEpoch)) {
      for (const place of client.reader?.owned ?? client.owned) {
        const other = owners.get(place) ?? client.memberId
        assert.equal(client.memberId, other, `INV-G4: ${place} is of both`)
        owners.set(place, client.memberId)
      }
    }
  }

  function knowsItsEpoch({ memberId, epoch, reader }: Client): boolean {
    const group = log.groups.find(groupId)
    if (group?.kind === 'consumer') {
      const known = group.members.get(reader?.memberId ?? memberId)
      return known !== undefined && known.epoch === (reader?.generation ?? epoch)
    }
    return group?.members.has(reader?.memberId ?? '') === true && group.generationId === reader?.generation
  }

  function commit(client: Client): void {
    const { memberId, generation: generationId } = client.reader ?? { ...client, generation: client.epoch }
    const { instance: groupInstanceId } = client
    const { owned } = client.reader ?? client
    const name = { memberId, groupInstanceId, generationId }
    const check = log.groups.checkCommit(groupId, name, { apiVersion: 9, inTransaction: false })
    if (typeof check === 'string') return
    const taken = [...owned].filter((place) => {
      const [topicId = '', partition] = place.split('/')
      return !check?.(topicId, Number(partition))
    })
    for (const place of taken) checkCommitter(memberId, place)
    const at = ++offset
    const entries = taken.map((topic) => ({
      topic,
      partition: 0,
      committed: { offset: at, leaderEpoch: -1, metadata: null },
    }))
    log.groups.offsets.commit(groupId, entries).then(
      () => {
        counts.commits++
        for (const place of taken) committed.set(place, Math.max(at, committed.get(place) ?? 0))
      },
      () => undefined,
    )
  }

  function checkCommitter(memberId: string, place: Place): void {
    const [topicId = '', partition] = place.split('/')
    const group = log.groups.find(groupId)
    const owner = group?.kind === 'consumer' ? group.owners.get(topicId)?.get(Number(partition)) : undefined
    assert.equal(memberId, owner ?? memberId, `INV-G2: ${memberId} commits ${place}`)
  }

  function checkCommitted(): void {
    for (const [topic, at] of committed) {
      const found = log.groups.offsets.get({ group: groupId, topic, partition: 0 })?.offset ?? -1
      assert.ok(found >= at, `INV-G1: ${at} was committed, ${found} is read`)
    }
  }

  function disturb(): void {
    const what = random.next()
    const client = clients.length > 0 ? random.oneOf(clients) : undefined
    if (what < 0.25 && clients.length < 5) newClient(random.chance(0.4) ? `i${random.pick(3)}` : null)
    else if (what < 0.4) changeTopics()
    else if (what < 0.55) kill()
    else if (what < 0.7) log.refuse(1 + random.pick(log.waiting + 1))
    // It no longer waits, and asks again; or it is gone, and perhaps another comes for it.
    else if (client && what < 0.8) client.asked = undefined
    else if (client) goAway(client)
  }

  function kill(): void {
    log.kill(random.pick(log.waiting + 1))
    counts.kills++
    checkCommitted()
  }

  function changeTopics(): void {
    const name = random.oneOf(topicNames)
    const topic = topics.find(name)
    if (!topic) topics.set(name, 1 + random.pick(5))
    else if (random.chance(0.5)) topics.set(name, topic.partitionCount + 1 + random.pick(2))
    else topics.remove(name)
  }

  function goAway(client: Client): void {
    clients = clients.filter((other) => other !== client)
    const isShort = client.instance !== null && random.chance(0.5)
    if (client.reader?.memberId) {
      const leaving = [{ memberId: client.reader.memberId, groupInstanceId: client.instance }]
      if (random.chance(0.5)) log.groups.leave(groupId, leaving).catch(() => undefined)
    } else if (random.chance(0.6)) {
      const { memberId, instance: instanceId } = client
      const leaving = { ...nothing, memberId, instanceId, memberEpoch: isShort ? -2 : -1 }
      log.groups.consumerHeartbeat(groupId, leaving).catch(() => undefined)
    }
    if (isShort) newClient(client.instance)
  }

  async function goOn(): Promise<void> {
    for (const client of clients) if (client.life !== log.life) client.asked = undefined
    const idle = clients.filter(({ asked }) => asked === undefined)
    if (idle.length > 0) {
      const client = random.oneOf(idle)
      if (client.told && random.chance(0.5)) comeRound(client)
      else if ((client.reader?.generation ?? client.epoch) > 0 && random.chance(0.3)) commit(client)
      else if (client.reader) read(client, client.reader)
      else beat(client)
    }
    await heard()
    checkOwners()
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
      for (let round = 0; round < 600 && !isSettled(); round++) {
        log.sync(log.waiting)
        await goOn()
        if (round % (clients.length + 1) === 0) log.pass(500)
      }
      checkCommitted()
      assert.ok(isSettled(), `INV-G5: ${unsettled()}`)
    },
  }

  function unsettled(): string {
    const group = log.groups.find(groupId)!
    const ofClients = clients.map(({ memberId, epoch, owned, told, asked, reader }) => ({
      memberId,
      epoch,
      owned: [...owned].join(' '),
      told: told && [...told].join(' '),
      reader: reader && { ...reader, owned: [...reader.owned].join(' ') },
      waits: asked !== undefined,
    }))
    const ofLog = group.kind === 'consumer' ? membersOf(group) : [...group.members.keys()]
    return JSON.stringify({ kind: group.kind, state: shownState(group), wanted: wanted().join(' '), ofClients, ofLog })
  }

  function membersOf({ members }: ConsumerGroup) {
    return [...members.values()].map(({ memberId, epoch, state, assigned }) => ({
      memberId,
      epoch,
      state,
      assigned: listed(assigned),
    }))
  }

  function isSettled(): boolean {
    const group = log.groups.find(groupId)
    if (group?.members.size !== clients.length || shownState(group) !== 'Stable') return false
    if (group.kind === 'consumer' && group.topicsRevision !== topics.revision) return false
    const now = group.kind === 'consumer' ? group.epoch : group.generationId
    const isThere = ({ epoch, told, reader }: Client): boolean =>
      reader ? reader.phase === 'run' && reader.generation === now : epoch === now && !told
    const owned = clients.flatMap((client) => [...(client.reader ?? client).owned]).toSorted()
    return clients.every(isThere) && log.waiting === 0 && JSON.stringify(owned) === JSON.stringify(wanted())
  }

  /** All partitions of what any client subscribes to. */
  function wanted(): Place[] {
    const isWanted = (name: string): boolean =>
      clients.some(({ names, regex }) => names.includes(name) || (regex !== '' && name.startsWith('orders')))
    return [...topics.all()]
      .filter(({ name }) => isWanted(name))
      .flatMap(({ id, partitionCount }) => Array.from({ length: partitionCount }, (_, index) => `${id}/${index}`))
      .toSorted()
  }
}

const nothing: Omit<HeartbeatRequest, 'memberId' | 'memberEpoch' | 'instanceId'> = {
  rackId: null,
  rebalanceTimeoutMs: -1,
  clientId: 'c',
  clientHost: '',
  subscribedTopicNames: null,
  subscribedTopicRegex: null,
  serverAssignor: null,
  topicPartitions: null,
}
