import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'
import type { BrokerConfig } from '../../src/stream/broker/broker.ts'
import { recordFiles, type Recording } from '../support/power-cut/record-files.ts'
import { replayTo } from '../support/power-cut/replay.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { readPartition } from './read-log.ts'
import { withBroker } from './with-broker.ts'

/** A batch that the log said it has: from then on it must be there, whatever happens. */
interface AcknowledgedBatch {
  readonly topic: string
  readonly partition: number
  readonly baseOffset: number
  readonly values: readonly string[]
  /** As it was sent: the same bytes again are the same batch. */
  readonly bytes: Buffer
  readonly moment: number
}

const topics = ['orders', 'visits']
const partitions = 2
const producers = topics.flatMap((topic) => [0, 1].map((partition) => ({ topic, partition })))

/** One idempotent producer for each partition, all at the same time, and offsets of a group between them. */
async function produce(
  client: KafkaClient,
  recording: Recording,
  random: Random,
  rounds: number,
): Promise<AcknowledgedBatch[]> {
  await client.topics.create(
    topics.map((name) => ({ name, partitions, configs: { 'internal.segment.bytes': '8192' } })),
  )
  const acknowledged: AcknowledgedBatch[] = []
  const running = producers.map(async ({ topic, partition }, producerId) => {
    let sequence = 0
    for (let round = 0; round < rounds; round++) {
      const values = Array.from({ length: 1 + random.pick(8) }, (_, at) =>
        `${round}.${at}`.padEnd(random.pick(300), '-'),
      )
      const builder = new BatchBuilder()
      for (const value of values) builder.append(Buffer.from(value), null, Date.now())
      const identity = { producerId: 1000 + producerId, producerEpoch: 0, baseSequence: sequence }
      const bytes = builder.finish('none', identity)
      const { baseOffset } = await client.produce({ topic, partition, batch: bytes, acks: 'all' })
      acknowledged.push({ topic, partition, baseOffset, values, bytes, moment: recording.now() })
      sequence += values.length
    }
  })
  await Promise.all(running)
  return acknowledged
}

async function checkPartition(
  client: KafkaClient,
  { topic, partition }: (typeof producers)[number],
  all: readonly AcknowledgedBatch[],
  cut: number,
): Promise<void> {
  const sent = all.filter((batch) => batch.topic === topic && batch.partition === partition)
  const told = sent.filter(({ moment }) => moment <= cut)
  if (told.length === 0 && (await client.topics.describe([topic])).length === 0) return
  const records = await readPartition(client, topic, partition)
  const where = `${topic}/${partition} after a cut at ${cut}`
  // What is there is the beginning of what was sent, in order: no hole, nothing twice.
  const expected = sent.flatMap(({ values }) => values).slice(0, records.length)
  assert.deepEqual(
    records.map(({ value }) => value),
    expected,
    where,
  )
  for (const { baseOffset, values } of told) {
    assert.ok(
      records.length >= baseOffset + values.length,
      `${where}: offset ${baseOffset} was acknowledged and is gone`,
    )
  }
  const last = told.at(-1)
  if (last === undefined) return
  const again = await client.produce({ topic, partition, batch: Buffer.from(last.bytes), acks: 'all' })
  assert.equal(again.baseOffset, last.baseOffset, `${where}: the last batch, sent again, is another`)
  const after = await readPartition(client, topic, partition)
  assert.equal(after.length, records.length, `${where}: the last batch, sent again, is there twice`)
}

/** What a partition holds after a cut, and what was written behind it: parts of files that a first life may have written too. */
interface SecondLife {
  readonly producer: (typeof producers)[number]
  readonly before: readonly string[]
  readonly more: readonly { readonly value: string; readonly moment: number }[]
}

async function goOn(
  client: KafkaClient,
  producer: (typeof producers)[number],
  recording: Recording,
  random: Random,
): Promise<SecondLife> {
  const { topic, partition } = producer
  if ((await client.topics.describe([topic])).length === 0) return { producer, before: [], more: [] }
  const before = (await readPartition(client, topic, partition)).map(({ value }) => value)
  const more: { value: string; moment: number }[] = []
  for (let at = 0; at < 5; at++) {
    const builder = new BatchBuilder()
    const value = `again ${at}`.padEnd(random.pick(300), '-')
    builder.append(Buffer.from(value), null, Date.now())
    await client.produce({ topic, partition, batch: builder.finish(), acks: 'all' })
    more.push({ value, moment: recording.now() })
  }
  return { producer, before, more }
}

/** A second cut, in the life after the first one. */
async function cutAgain(
  recording: Recording,
  cut: number,
  lives: readonly SecondLife[],
  random: Random,
  config: Partial<BrokerConfig>,
): Promise<void> {
  const into = `${recording.history.root}-again`
  replayTo(recording.history, cut, random.pick(2 ** 31), into)
  const check = async (client: KafkaClient): Promise<void> => {
    for (const { producer, before, more } of lives) {
      if (before.length + more.length === 0) continue
      const found = (await readPartition(client, producer.topic, producer.partition)).map(({ value }) => value)
      const told = more.filter(({ moment }) => moment <= cut).length
      const all = [...before, ...more.map(({ value }) => value)]
      assert.deepEqual(found, all.slice(0, found.length), `${producer.topic} after a second cut at ${cut}`)
      assert.ok(
        found.length >= before.length + told,
        `${producer.topic} after a second cut at ${cut}: records are gone`,
      )
    }
  }
  await withBroker(into, nodeFiles, check, config)
  rmSync(into, { recursive: true })
}

export interface LogPowerCuts {
  /** Batches of each producer. */
  readonly rounds: number
  readonly cuts: number
  /** Spoils the calls of the log, to see whether that is noticed. */
  readonly careless?: (files: Files) => Files
  readonly config?: Partial<BrokerConfig>
}

/** Records a log at work, cuts the power at random moments, starts the log on what is left and looks. */
export async function cutLogPower(
  seed: number,
  { rounds, cuts, careless = (files) => files, config = {} }: LogPowerCuts,
): Promise<void> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-log-'))
  try {
    const root = join(folder, 'log')
    mkdirSync(root)
    const recording = recordFiles(nodeFiles, root)
    const acknowledged = await withBroker(
      root,
      careless(recording.files),
      (client) => produce(client, recording, random, rounds),
      config,
    )
    assert.equal(acknowledged.length, producers.length * rounds)
    const lastMoment = Math.max(...acknowledged.map(({ moment }) => moment))
    for (let round = 0; round < cuts; round++) {
      const cut = random.pick(lastMoment + 1)
      const into = join(folder, `cut-${round}`)
      replayTo(recording.history, cut, random.pick(2 ** 31), into)
      const second = recordFiles(nodeFiles, into)
      const begun = second.now()
      const more = await withBroker(
        into,
        second.files,
        async (client) => {
          for (const producer of producers) await checkPartition(client, producer, acknowledged, cut)
          return Promise.all(producers.map((producer) => goOn(client, producer, second, random)))
        },
        config,
      )
      await cutAgain(second, begun + random.pick(second.now() - begun + 1), more, random, config)
      rmSync(into, { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
