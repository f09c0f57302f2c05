import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'
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

export interface LogPowerCuts {
  /** Batches of each producer. */
  readonly rounds: number
  readonly cuts: number
  /** Spoils the calls of the log, to see whether that is noticed. */
  readonly careless?: (files: Files) => Files
}

/** Records a log at work, cuts the power at random moments, starts the log on what is left and looks. */
export async function cutLogPower(
  seed: number,
  { rounds, cuts, careless = (files) => files }: LogPowerCuts,
): Promise<void> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-log-'))
  try {
    const root = join(folder, 'log')
    mkdirSync(root)
    const recording = recordFiles(nodeFiles, root)
    const acknowledged = await withBroker(root, careless(recording.files), (client) =>
      produce(client, recording, random, rounds),
    )
    assert.equal(acknowledged.length, producers.length * rounds)
    const lastMoment = Math.max(...acknowledged.map(({ moment }) => moment))
    for (let round = 0; round < cuts; round++) {
      const cut = random.pick(lastMoment + 1)
      const into = join(folder, `cut-${round}`)
      replayTo(recording.history, cut, random.pick(2 ** 31), into)
      await withBroker(into, nodeFiles, async (client) => {
        for (const producer of producers) await checkPartition(client, producer, acknowledged, cut)
      })
      rmSync(into, { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
