import { setImmediate as nextTurn } from 'node:timers/promises'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { createDisks, startBroker, type Carelessness, type Disks, type SimulatedBroker } from './broker.ts'
import { readCommitted } from './partition.ts'
import { Lost, runProducer } from './producer.ts'
import { createWitness, type Witness } from './witness.ts'

export interface History {
  readonly violation: string | null
  readonly committed: number
  readonly aborted: number
  readonly crashes: number
}

interface Message {
  /** Carried out, or its answer brought; false: it is lost. */
  arrive(isLost: boolean): void
}

const partitions = 3
const stepsMax = 300
const timeoutMs = 1000

/** One random history of producers, zombies, crashes, lost answers and timeouts; the same seed gives the same one. */
export async function explore(seed: number, careless: Carelessness = null): Promise<History> {
  const world = createWorld(seededRandom(seed), careless)
  let violation: string | null = null
  for (let step = 0; step < stepsMax && violation === null; step++) {
    world.step()
    await nextTurn()
    violation = world.look()
  }
  violation ??= await world.settle()
  const { transactions } = world.witness
  return {
    violation,
    committed: transactions.filter(({ told }) => told === 'commit').length,
    aborted: transactions.filter(({ told }) => told === 'abort').length,
    crashes: world.crashes,
  }
}

interface World {
  readonly witness: Witness
  readonly crashes: number
  step(): void
  /** What must hold at each moment. */
  look(): string | null
  /** Faults end, timeouts pass: then everything is decided, and must be right. */
  settle(): Promise<string | null>
}

function createWorld(random: Random, careless: Carelessness): World {
  const disks = createDisks(partitions)
  const witness = createWitness()
  let messages: Message[] = []
  let timers: (() => void)[] = []
  let now = 1_000_000
  let nextProducerId = 1
  let crashes = 0
  let isOver = false
  let stable = disks.partitions.map((): readonly string[] => [])
  let lastStable = disks.partitions.map(() => 0)
  let broker = start()

  function start(): SimulatedBroker {
    return startBroker({
      disks,
      careless,
      now: () => now,
      freshProducerId: () => nextProducerId++,
      pause: () => new Promise((resolve) => timers.push(resolve)),
    })
  }

  /** A request is on its way, then its answer. */
  function call<T>(request: (asked: SimulatedBroker) => Promise<T>, mayComeLate = true): Promise<T> {
    return new Promise((resolve, reject) => {
      const lose = (): void => reject(new Lost())
      const answer = (tell: () => void): void => void messages.push({ arrive: (isLost) => (isLost ? lose() : tell()) })
      messages.push({
        arrive(isLost) {
          if (isLost) {
            lose()
            // Its client has given it up, and yet it may arrive much later.
            if (mayComeLate && random.chance(0.5))
              messages.push({ arrive: () => void request(broker).catch(() => undefined) })
            return
          }
          const asked = broker
          // The answer of a life that is over comes to nobody.
          const finish = (tell: () => void): void => (asked === broker ? answer(tell) : lose())
          request(asked).then(
            (value) => finish(() => resolve(value)),
            (error: unknown) => finish(() => reject(error)),
          )
        },
      })
    })
  }

  function addProducer(): void {
    const version = random.chance(0.5) ? 2 : 0
    const ports = { random, witness, partitions, timeoutMs, call, isOver: () => isOver }
    void runProducer(random.chance(0.7) ? 'a' : 'b', version, ports)
  }

  function crash(): void {
    crashes++
    for (const disk of allDisks(disks)) disk.crash(random.pick(disk.pending + 1))
    const inFlight = messages
    messages = []
    timers = []
    for (const message of inFlight) message.arrive(true)
    broker = start()
  }

  const deliver = (): void => {
    const [message] = messages.splice(random.pick(messages.length), 1)
    message?.arrive(random.chance(0.08))
  }
  const sync = (): void => {
    const busy = allDisks(disks).filter(({ hasPending }) => hasPending)
    if (busy.length > 0) {
      const disk = random.oneOf(busy)
      disk.sync(1 + random.pick(disk.pending))
    }
  }
  const passTime = (): void => {
    now += random.pick(700)
    void broker.coordinator.abortTimedOut()
  }
  const fire = (): void => timers.splice(random.pick(timers.length), 1)[0]?.()

  return {
    witness,
    get crashes() {
      return crashes
    },
    step() {
      const at = random.next()
      if (at < 0.5) deliver()
      else if (at < 0.93) sync()
      else if (at < 0.95) addProducer()
      else if (at < 0.97) passTime()
      else if (at < 0.993) fire()
      else crash()
    },
    look() {
      const offsets = broker.logs.map(({ transactions }) => transactions.lastStableOffset)
      if (offsets.some((offset, at) => offset < lastStable[at]!)) return 'INV-X4: a last stable offset went back'
      if (offsets.every((offset, at) => offset === lastStable[at])) return null
      lastStable = offsets
      const read = broker.logs.map((log, at) => readCommitted(log, disks.partitions[at]!))
      const isPrefix = stable.every((before, at) => before.every((value, place) => read[at]![place] === value))
      stable = read
      return isPrefix ? null : 'INV-X2: what was read as committed is another now'
    },
    async settle() {
      isOver = true
      for (let round = 0; round < 60; round++) {
        for (const message of messages.splice(0)) message.arrive(true)
        for (const disk of allDisks(disks)) disk.sync(Infinity)
        now += 2 * timeoutMs
        if (round % 4 === 3) void broker.coordinator.abortTimedOut()
        await nextTurn()
      }
      const open = broker.coordinator.all().find(({ state }) => state === 'Ongoing' || state.startsWith('Prepare'))
      if (open) return `INV-X6: ${open.transactionalId} stays ${open.state}`
      if (broker.logs.some((log) => log.transactions.lastStableOffset < log.endOffset))
        return 'INV-X4: a transaction holds the last stable offset, and nobody ends it'
      const visible = broker.logs.map((log, at) => readCommitted(log, disks.partitions[at]!))
      const offsets = new Set(broker.offsets.of('group').map(({ partition }) => partition))
      return witness.judge(visible, offsets)
    },
  }
}

function allDisks({ transactions, groups, partitions: logs }: Disks) {
  return [transactions, groups, ...logs]
}
