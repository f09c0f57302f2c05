import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import kafkajs from 'kafkajs'
import { runBroker, type RunningBroker } from '../../../test/support/running-broker.ts'
import { connectKafka } from '../client/connect.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'

const groupIds = Array.from({ length: 20 }, (_, at) => `group-${at}`)
const limits = { checkpointIntervalMs: 10 }

const clientOf = ({ bootstrap }: RunningBroker) => connectKafka({ bootstrap, deadlineMs: 5000 })

/** One commit each, one after the other. */
async function commitAll(log: RunningBroker): Promise<void> {
  const client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  for (const group of groupIds) await client.groups.commit(group, [{ topic: 'orders', partition: 0, offset: 5 }])
  await client.close()
}

async function committed(log: RunningBroker): Promise<readonly number[]> {
  const client = await clientOf(log)
  const offsets: number[] = []
  for (const group of groupIds) offsets.push((await client.groups.committed(group))[0]?.offset ?? -1)
  await client.close()
  return offsets
}

function onlyFile(folder: string): string {
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.log'))!,
  )
}

function overwrite(file: string, at: number): void {
  const bytes = readFileSync(file)
  randomBytes(60).copy(bytes, at)
  writeFileSync(file, bytes)
}

const noticesOf = (log: RunningBroker): string => log.broker.notices.join('\n')
const isThere = (offset: number): boolean => offset === 5

void suite('INV-L7: the log of groups, damaged', () => {
  const damages: readonly (readonly [string, (file: string) => void, (kept: number) => boolean, RegExp])[] = [
    [
      'at its head',
      (file) => overwrite(file, 0),
      (kept) => kept >= 18,
      /from byte 0\): 1 changes|from byte 0\): 2 changes/,
    ],
    ['in its middle', (file) => overwrite(file, readFileSync(file).length >> 1), (kept) => kept >= 17, /changes/],
    ['at its end', (file) => overwrite(file, readFileSync(file).length - 60), (kept) => kept >= 18, /changes/],
    ['as a whole: 60 random bytes', (file) => writeFileSync(file, randomBytes(60)), (kept) => kept === 0, /20 changes/],
    ['emptied', (file) => writeFileSync(file, ''), (kept) => kept === 0, /is missing or empty\): 20 changes/],
    ['removed', (file) => rmSync(file), (kept) => kept === 0, /is missing or empty\): 20 changes/],
  ]
  for (const [how, damage, isKept, says] of damages)
    void test(`${how}: named, kept aside, and what can be read stays`, async () => {
      await using log = await runBroker()
      await commitAll(log)
      await log.broker.stop()
      const folder = join(log.directory, 'groups')
      const file = onlyFile(folder)
      damage(file)
      const damaged = how === 'removed' ? undefined : readFileSync(file)
      await log.start()
      assert.match(noticesOf(log), /^WEIR-3009 the log of groups is damaged/)
      assert.match(noticesOf(log), says)
      const kept = await committed(log)
      assert.ok(isKept(kept.filter(isThere).length), kept.join())
      if (damaged) assert.deepEqual(readFileSync(`${file}.damaged`), damaged, 'byte for byte')
      await log.restart()
      assert.equal(noticesOf(log), '', 'the next start finds a whole log')
      assert.deepEqual(await committed(log), kept)
      await commitAll(log)
      await log.restart()
      assert.ok((await committed(log)).every(isThere))
    })

  void test('killed, and damaged in front of what was written down: no torn tail', async () => {
    await using log = await runBroker({ config: { limits } })
    await commitAll(log)
    const read = (): string => readFileSync(join(log.directory, 'checkpoints.changes'), 'latin1')
    await waitUntil('it is written down', () => read().includes('["groups",{"recoveryPoint":20'))
    const copy = mkdtempSync(join(tmpdir(), 'weir-killed-'))
    cpSync(log.directory, copy, { recursive: true, filter: (path) => !path.includes('log.lock') })
    await log.broker.stop()
    rmSync(log.directory, { recursive: true })
    cpSync(copy, log.directory, { recursive: true })
    rmSync(copy, { recursive: true })
    writeFileSync(onlyFile(join(log.directory, 'groups')), randomBytes(60))
    await log.start()
    assert.match(noticesOf(log), /20 changes that were acknowledged cannot be read/)
  })

  void test('a start that is killed while it mends is ended by the next one', async () => {
    await using log = await runBroker()
    await commitAll(log)
    await log.broker.stop()
    const folder = join(log.directory, 'groups')
    overwrite(onlyFile(folder), 0)
    const before = mkdtempSync(join(tmpdir(), 'weir-mend-'))
    cpSync(log.directory, before, { recursive: true })
    await log.start()
    const whole = await committed(log)
    await log.broker.stop()
    // As a kill leaves it after the damaged file lost its name, and before the new start was written down.
    for (const name of ['checkpoints.json', 'checkpoints.changes']) {
      rmSync(join(log.directory, name), { force: true })
      if (readdirSync(before).includes(name)) cpSync(join(before, name), join(log.directory, name))
    }
    rmSync(before, { recursive: true })
    await log.start()
    assert.match(noticesOf(log), /WEIR-3009/)
    assert.deepEqual(await committed(log), whole)
  })

  void test('written anew again and again, and restarted: never taken for damage', async () => {
    await using log = await runBroker({ config: { limits } })
    for (let round = 0; round < 3; round++) {
      await commitAll(log)
      await log.restart()
      assert.equal(noticesOf(log), '')
    }
  })
})

void test('INV-L7: the log of transactional ids, damaged: named, and a producer begins anew with an id of its own', async () => {
  await using log = await runBroker()
  const begin = async (): Promise<void> => {
    const kafka = new kafkajs.Kafka({ brokers: [log.bootstrap], logLevel: kafkajs.logLevel.NOTHING })
    const producer = kafka.producer({ transactionalId: 'mover', maxInFlightRequests: 1 })
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'orders', messages: [{ value: 'a', partition: 0 }] })
    await transaction.commit()
    await producer.disconnect()
  }
  await commitAll(log)
  await begin()
  await log.broker.stop()
  writeFileSync(onlyFile(join(log.directory, 'transactions')), randomBytes(60))
  await log.start()
  assert.match(noticesOf(log), /^WEIR-3009 the log of transactions is damaged/)
  await begin()
  assert.equal(log.broker.status().topics[0]!.partitions[0]!.endOffset, 4, 'two records and two markers')
})
