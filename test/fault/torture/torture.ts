import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../../src/stream/client/kafka-client.ts'
import { eventually } from '../../support/deadline.ts'
import { seededRandom, type Random } from '../../support/seeded-random.ts'
import { runClients, type RunningClients } from './all-clients.ts'
import { checkHistory } from './check-history.ts'
import type { Violation } from './checks/evidence.ts'
import { damageSegment } from './damage-segment.ts'
import type { History, Outcome } from './history.ts'
import { lookAtGroups, lookAtPartitions } from './look-at-end.ts'
import { readWhole } from './read-records.ts'
import { tortureLife, type Mishaps, type TorturedLife } from './tortured-life.ts'
import { allTopics, copy, createTopics, historyOfTopics, topics } from './tortured-topics.ts'

export interface TortureOptions {
  readonly seed: number
  readonly kills: number
  /** How long a life lasts at most, after something was done in it. */
  readonly aliveMs: number
  /** In how many lives something must be done before they may end; in the others the kill may meet the recovery. */
  readonly workChance?: number
  readonly isEncrypted?: boolean
  /** The log answers before it has synced, to see whether that is noticed. */
  readonly isCareless?: boolean
  readonly say?: (line: string) => void
}

export interface TortureReport {
  readonly violations: readonly Violation[]
  readonly mishaps: Readonly<Mishaps> & { readonly damages: number }
  readonly done: Done
}

/** What clients got done meanwhile. */
export interface Done {
  readonly acknowledged: number
  readonly committed: number
  readonly aborted: number
  readonly unknown: number
  readonly copied: number
  readonly commits: number
}

const patienceMs = 120_000
/** For a log that is to be caught: what never comes is named by the checks. */
const patienceWithCarelessMs = 10_000

/** Kills a log again and again under all kinds of clients, with all that may go wrong beside, and looks at what is left in the end. */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { seed, kills, isEncrypted = false, isCareless = false } = options
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-torture-'))
  mkdirSync(join(folder, 'log'))
  const life = await tortureLife(folder, random, { isEncrypted, isCareless })
  const history = historyOfTopics()
  let clients: RunningClients | undefined
  try {
    await life.start()
    const client = await connectKafka({ bootstrap: `127.0.0.1:${life.port}`, deadlineMs: 30_000 })
    await createTopics(client)
    const brittle = (await client.topics.describe(['brittle']))[0]!.id
    clients = runClients({ port: life.port, history, random })
    for (let round = 1; round <= kills; round++) {
      await liveOnce(life, history, random, { ...options, round })
      await life.kill()
      if (round % Math.max(5, Math.ceil(kills / 20)) === 0) damage(life, brittle, history, random)
      await startAgain(life, random, round)
      options.say?.(`kill ${round}: ${JSON.stringify(doneIn(history))} ${JSON.stringify(life.mishaps)}`)
    }
    const outcome = await endOf(life, client, clients, isCareless ? patienceWithCarelessMs : patienceMs)
    await client.close()
    const violations = checkHistory(history, outcome)
    return { violations, mishaps: { ...life.mishaps, damages: history.damages.length }, done: doneIn(history, outcome) }
  } finally {
    await life.kill()
    await Promise.all([clients?.stopWriting(), clients?.stopReading()])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Most lives get something done, however slow the machine is; in some the kill meets the recovery. */
async function liveOnce(
  life: TorturedLife,
  history: History,
  random: Random,
  { aliveMs, round, workChance = 0.8 }: TortureOptions & { readonly round: number },
): Promise<void> {
  if (random.chance(workChance)) await somethingDone(history)
  // A group needs longer to come together than most lives last.
  if (random.chance(0.15)) await somethingCommitted(history)
  if (random.chance(0.15)) life.jumpClock()
  if (round % 4 === 0) await life.fillDisk(random.pick(400))
  await pause(random.pick(aliveMs))
}

async function somethingDone({ writes, transactions, ...history }: History): Promise<void> {
  const before = { writes: writes.length, transactions: transactions.length }
  await eventually(
    'writes and transactions of a new life',
    () => {
      const since = doneIn({
        ...history,
        writes: writes.slice(before.writes),
        transactions: transactions.slice(before.transactions),
      })
      return (since.acknowledged > 20 && since.committed > 0) || undefined
    },
    patienceMs,
  )
}

async function somethingCommitted({ commits }: History): Promise<void> {
  const before = commits.length
  const isAnswered = (): true | undefined =>
    commits.slice(before).some(({ answered }) => answered < Infinity) || undefined
  await eventually('a commit of a group', isAnswered, patienceMs)
}

async function startAgain(life: TorturedLife, random: Random, round: number): Promise<void> {
  if (random.chance(0.3)) life.jumpClock()
  const isFull = round % 7 === 0
  const filled = isFull ? life.fillDisk(500 + random.pick(1500)) : undefined
  await life.start()
  await filled
}

function damage(life: TorturedLife, topicId: string, history: History, random: Random): void {
  const { directory, isEncrypted } = life
  const place = { topic: 'brittle', partition: 0 }
  const folder = join(directory, 'topics', topicId, '0')
  const done = damageSegment({ folder, place, isEncrypted }, history.damages, random)
  if (done) history.damages.push(done)
}

/** Lets everybody come to an end, starts the log once more, and looks at all of it. What does not come is for the checks to name. */
async function endOf(
  life: TorturedLife,
  client: KafkaClient,
  clients: RunningClients,
  deadlineMs: number,
): Promise<Outcome> {
  await clients.stopWriting()
  await becomes(() => allCopied(client), deadlineMs)
  await clients.stopReading()
  life.jumpAhead()
  await becomes(() => allStable(client), deadlineMs)
  await life.kill()
  await life.start()
  const partitions = await lookAtPartitions(client)
  return { partitions, groupOffsets: await lookAtGroups(client), troubles: await life.troubles() }
}

async function becomes(look: () => Promise<true | undefined>, deadlineMs: number): Promise<void> {
  await eventually('the end of it', look, deadlineMs).catch(() => undefined)
}

async function allCopied(client: KafkaClient): Promise<true | undefined> {
  for (let partition = 0; partition < topics[copy.from as 'source'].partitions; partition++) {
    const { records } = await readWhole(client, { topic: copy.from, partition }, true)
    const { records: copies } = await readWhole(client, { topic: copy.to, partition }, true)
    if (copies.length < records.length) return undefined
  }
  return true
}

async function allStable(client: KafkaClient): Promise<true | undefined> {
  for (const topic of allTopics) {
    const ends = await client.offsets.list(topic, 'end')
    const stable = await client.offsets.list(topic, 'stable end')
    if ([...ends].some(([partition, end]) => stable.get(partition) !== end)) return undefined
  }
  return true
}

function doneIn({ writes, transactions, commits }: History, outcome?: Outcome): Done {
  const count = (wanted: string): number => transactions.filter(({ outcome: one }) => one === wanted).length
  const copies = outcome?.partitions.filter(({ topic }) => topic === copy.to).map(({ committed }) => committed.length)
  return {
    acknowledged: writes.filter(({ acknowledged }) => acknowledged).length,
    committed: count('committed'),
    aborted: count('aborted'),
    unknown: count('unknown'),
    copied: copies?.reduce((sum, one) => sum + one, 0) ?? 0,
    commits: commits.filter(({ answered }) => answered < Infinity).length,
  }
}

/** In a line, for those who watch; throws what was broken. */
export function tellTorture({ violations, mishaps, done }: TortureReport): string {
  if (violations.length > 0)
    throw new Error(
      violations
        .slice(0, 20)
        .map(({ rule, text }) => `${rule}: ${text}`)
        .join('; '),
    )
  const figures = Object.entries({ ...mishaps, ...done }).map(([what, count]) => `${what} ${count}`)
  return `${figures.join(', ')}: nothing broken`
}
