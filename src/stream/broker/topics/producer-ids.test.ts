import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import kafkajs from 'kafkajs'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { connectKafka } from '../../client/connect.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'

const topic = 'orders'
const idsOf = ({ directory }: RunningBroker): string => join(directory, 'producer-ids.json')

/** Each call is a new producer with a sequence that begins at 0. */
async function produce(log: RunningBroker, prefix: string): Promise<void> {
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })
  const producer = await client.createProducer({ topic })
  for (let at = 0; at < 10; at++) await producer.send({ value: `${prefix}${at}`, partition: 0 })
  await producer.close()
  await client.close()
}

async function read(log: RunningBroker): Promise<{ readonly values: string[]; readonly producers: number[] }> {
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })
  const [answer] = await client.fetch({ topic, partitions: [{ partition: 0, offset: 0 }], waitMs: 0 })
  const values: string[] = []
  const producers = new Set<number>()
  for (const { at, header } of batchesIn(answer!.records)) {
    producers.add(header.producerId)
    const records = openRecords(answer!.records, at, header)
    while (records.next()) values.push(records.buffer.toString('utf8', records.valueStart, records.valueEnd))
  }
  await client.close()
  return { values, producers: [...producers] }
}

void suite('INV-L6: no producer id is given twice, though the file with them is lost', () => {
  const losses: readonly (readonly [string, (path: string) => void, RegExp])[] = [
    ['removed', (path) => rmSync(path), /producer-ids\.json.* is missing/],
    ['60 random bytes', (path) => writeFileSync(path, randomBytes(60)), /producer-ids\.json.* cannot be read/],
    ['without a number', (path) => writeFileSync(path, '{"next":"x"}'), /cannot be read/],
  ]
  for (const [how, lose, notice] of losses)
    void test(how, async () => {
      await using log = await runBroker({ config: { defaultPartitions: 1 } })
      await produce(log, 'first')
      await log.broker.stop()
      lose(idsOf(log))
      await log.start()
      assert.match(log.broker.notices.join(), notice)
      await produce(log, 'second')
      const { values, producers } = await read(log)
      assert.equal(values.length, 20, 'nothing acknowledged is missing')
      assert.ok(producers[1]! > producers[0]! + 1e12, 'ids that were given and not used are passed over')
      await log.restart()
      assert.deepEqual(log.broker.notices, [], 'the file is whole again')
      await produce(log, 'third')
      assert.equal((await read(log)).values.length, 30)
    })

  void test('a file that is older than what partitions know', async () => {
    await using log = await runBroker({ config: { defaultPartitions: 1 } })
    const before = readFileSync(idsOf(log))
    for (const prefix of ['a', 'b']) await produce(log, prefix)
    await log.broker.stop()
    writeFileSync(idsOf(log), before)
    await log.start()
    await produce(log, 'c')
    const { values, producers } = await read(log)
    assert.deepEqual([values.length, producers.length], [30, 3])
  })

  void test('an id that only a transactional id has', async () => {
    await using log = await runBroker()
    const kafka = new kafkajs.Kafka({ brokers: [log.bootstrap], logLevel: kafkajs.logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
    await admin.disconnect()
    const producer = kafka.producer({ transactionalId: 'mover', idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    await (await producer.transaction()).abort()
    await producer.disconnect()
    const given = (JSON.parse(readFileSync(idsOf(log), 'utf8')) as { next: number }).next
    assert.ok(given > 1000)
    await log.broker.stop()
    rmSync(idsOf(log))
    await log.start()
    assert.match(log.broker.notices.join(), /WEIR-3009/)
    await produce(log, 'a')
    assert.ok((await read(log)).producers[0]! > 1e12)
  })

  void test('a new log begins at 1000 and says nothing', async () => {
    await using log = await runBroker()
    assert.ok(existsSync(idsOf(log)))
    assert.deepEqual(log.broker.notices, [])
    await produce(log, 'a')
    assert.deepEqual((await read(log)).producers, [1000])
  })
})
