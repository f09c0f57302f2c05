import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { verifies } from '../fault/exactly-once.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { timesById } from '../fault/sql-of.ts'
import { eventually } from '../support/deadline.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 2 })
const kept = table('kept', { columns: { id: 'long' } })
const load = delivery('load', { from: values, to: kept, flush: { age: '1 s' } })
export default defineProject({ name: 'restored', resources: [values, kept, load] })
`

/** What a consumer was handed, by partition and offset; `two` names the places that it was handed with two values. */
interface Handed {
  readonly values: Map<string, string>
  readonly two: string[]
}

void test(
  'a log that is restored twice hands out no offset again, halts its delivery once, and goes on with its group',
  { timeout: 600_000 },
  async () => {
    await using weir = await restartableWeir('restored-log', { project })
    await weir.start()
    const kafka = new Kafka({ brokers: [`127.0.0.1:${weir.ports.kafka}`], logLevel: logLevel.NOTHING })
    const handed: Handed = { values: new Map(), two: [] }
    await produce(kafka, [1, 2, 3, 4])
    await consume(kafka, handed, 4)
    await rows(weir, [1, 2, 3, 4])
    const backup = join(weir.folder, 'monday')
    await succeeds(weir, 'backup', backup)
    for (const [round, gone, kept] of [
      [1, [11, 12, 13, 14], [21, 22, 23, 24]],
      [2, [], [31, 32, 33, 34]],
    ] as const) {
      const known = handed.values.size
      await produce(kafka, gone)
      await consume(kafka, handed, known + gone.length)
      await weir.stop()
      rmSync(join(weir.folder, '.weir'), { recursive: true })
      assert.match(await succeeds(weir, 'restore', backup), /weir delivery resume NAME --accept-loss/)
      if (round === 2) await killInTheJump(weir)
      await weir.start()
      assert.deepEqual(await newest(weir), [1, 2, 3, 4], 'the newest records are those in front of the hole')
      await produce(kafka, kept)
      const question = await eventually('the question', async () => {
        const { stdout } = await weir.command('delivery', 'resume', 'load')
        return /restored from a backup/.test(stdout) ? stdout : undefined
      })
      assert.match(question, /partition 0 offsets 2 to \d+, partition 1 offsets 2 to \d+/)
      const ledger = JSON.parse(await succeeds(weir, 'ledger', '--json')) as { hops: { pending: string }[] }
      assert.equal(ledger.hops[0]?.pending, '4', 'a hole is not pending')
      await succeeds(weir, 'delivery', 'resume', 'load', '--accept-loss')
      await rows(weir, [1, 2, 3, 4, ...kept])
      await isPassedOver(weir)
      await consume(kafka, handed, known + gone.length + kept.length)
      await verifies(weir)
    }
    await weir.stop()
    await weir.start()
    await rows(weir, [1, 2, 3, 4, 31, 32, 33, 34])
    await verifies(weir)
  },
)

async function succeeds(weir: RestartableWeir, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await weir.command(...words)
  assert.equal(code, 0, stderr + stdout)
  return stdout
}

/** What was passed over has no number: in no figure of the stream, the delivery or a group. */
async function isPassedOver(weir: RestartableWeir): Promise<void> {
  // Rows are seen before they are committed.
  const hops = await eventually('all is committed', async () => {
    const json = await succeeds(weir, 'ledger', '--json')
    const ledger = JSON.parse(json) as { hops: { in: string; pending: string; partitions: LedgerPart[] }[] }
    return ledger.hops[0]!.pending === '0' ? ledger.hops : undefined
  })
  assert.equal(hops[0]!.in, '8')
  for (const { read, lost, gaps } of hops[0]!.partitions)
    assert.deepEqual([read, lost, gaps.map(({ kind }) => kind)], ['4', '0', ['restored']])
  assert.match(await succeeds(weir, 'ledger'), /passed over by a restore[^\n]* partition 0: 2 to \d+/)
  const stream = await fetch(`http://127.0.0.1:${weir.ports.http}/api/v1/streams/values`)
  assert.equal(((await stream.json()) as { records: string }).records, '8')
  const metrics = await (await fetch(`http://127.0.0.1:${weir.ports.http}/metrics`)).text()
  const lags = [...metrics.matchAll(/^weir_group_lag_records\{.* (\d+)$/gm)].map(([, lag]) => Number(lag))
  assert.ok(lags.length === 2 && lags.every((lag) => lag <= 8), `the lag of the group: ${lags.join(', ')}`)
}

interface LedgerPart {
  readonly read: string
  readonly lost: string
  readonly gaps: readonly { readonly kind: string }[]
}

async function newest(weir: RestartableWeir): Promise<readonly number[]> {
  const answer = await fetch(`http://127.0.0.1:${weir.ports.http}/api/v1/streams/values/records?limit=10`)
  const { items } = (await answer.json()) as { items: readonly { value: { text: string } }[] }
  return items.map(({ value }) => (JSON.parse(value.text) as { id: number }).id).toSorted((left, right) => left - right)
}

/** Starts, and is killed as soon as a partition has its hole: what of the jump is left then, the next start does. */
async function killInTheJump(weir: RestartableWeir): Promise<void> {
  const starting = weir.start().catch(() => undefined)
  await eventually('a hole', () =>
    readdirSync(join(weir.folder, '.weir/log/topics'), { recursive: true, encoding: 'utf8' }).some((name) =>
      name.endsWith('holes.json'),
    )
      ? true
      : undefined,
  )
  process.kill(weir.pid(), 'SIGKILL')
  await weir.gone()
  await starting
}

async function produce(kafka: Kafka, ids: readonly number[]): Promise<void> {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false })
  await producer.connect()
  const messages = ids.map((id, index) => ({ value: JSON.stringify({ id }), partition: index % 2 }))
  if (messages.length > 0) await producer.send({ topic: 'values', acks: -1, messages })
  await producer.disconnect()
}

/** One group all the time: it goes on from what it committed, or from what the backup says that it had. */
async function consume(kafka: Kafka, handed: Handed, until: number): Promise<void> {
  const consumer = kafka.consumer({ groupId: 'reader', sessionTimeout: 6000, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic: 'values', fromBeginning: true })
  await consumer.run({
    autoCommitThreshold: 1,
    eachMessage: async ({ partition, message }) => {
      const place = `${partition}/${message.offset}`
      const value = String(message.value)
      if ((handed.values.get(place) ?? value) !== value) handed.two.push(place)
      handed.values.set(place, value)
    },
  })
  try {
    const isDone = (): boolean => handed.values.size >= until || handed.two.length > 0
    await eventually(`${until} records`, () => (isDone() ? true : undefined))
  } finally {
    await consumer.disconnect()
  }
  assert.deepEqual(handed.two, [], 'offsets that were handed out again')
}

async function rows(weir: RestartableWeir, ids: readonly number[]): Promise<void> {
  const expected = ids.map((id): [number, number] => [id, 1])
  await eventually(`the rows ${ids.join(', ')}`, async () => {
    const times = await timesById(weir, 'kept')
    assert.deepEqual(
      [...times].toSorted(([left], [right]) => left - right),
      expected,
    )
    return true
  })
}
