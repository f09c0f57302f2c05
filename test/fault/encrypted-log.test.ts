import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import type { BrokerConfig } from '../../src/stream/broker/broker.ts'
import { secretKey } from '../../src/stream/broker/encryption/customer-key.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { filesIn } from '../support/files-in.ts'
import { chosenSeed } from './chosen-seed.ts'
import { cutLogPower } from './log-power-cuts.ts'
import { readPartition } from './read-log.ts'
import { withBroker } from './with-broker.ts'

const timeout = 600_000
const newKey = () => secretKey(randomBytes(32).toString('base64'), 'the test')

void test(
  'INV-S6: after a power cut, and another one after that, an encrypted log has what it acknowledged',
  { timeout },
  async (context) => {
    const encryption = { key: newKey(), oldKeys: [] }
    await cutLogPower(chosenSeed(context), { rounds: 25, cuts: 40, config: { encryption } })
  },
)

/** Records with key, header and value, a group, a user and ACLs: nothing of them may be found on the disk. */
const words = ['the-topic', 'the key of it', 'a header value', 'the value of it', 'the-group', 'the-user']

async function fill(directory: string, config: Partial<BrokerConfig>): Promise<void> {
  const work = async (client: KafkaClient): Promise<void> => {
    await client.topics.create([{ name: 'the-topic', partitions: 2, configs: { 'internal.segment.bytes': '100000' } }])
    const producer = await client.createProducer({ topic: 'the-topic' })
    for (let at = 0; at < 2000; at++)
      await producer.send({
        key: 'the key of it',
        value: `the value of it ${at}`.padEnd(200),
        headers: [{ key: 'h', value: Buffer.from('a header value') }],
      })
    await producer.close()
    await client.groups.commit('the-group', [{ topic: 'the-topic', partition: 0, offset: 5 }])
    await client.users.set('the-user', 'password')
  }
  await withBroker(directory, nodeFiles, work, config)
}

async function isBack(directory: string, config: Partial<BrokerConfig>): Promise<void> {
  const check = async (client: KafkaClient): Promise<void> => {
    const counts = await Promise.all([0, 1].map((partition) => readPartition(client, 'the-topic', partition)))
    assert.equal(counts.flat().length, 2000)
    assert.equal((await client.offsets.committed('the-group', 'the-topic')).get(0), 5)
    assert.deepEqual(
      (await client.users.list()).map(({ name }) => name),
      ['the-user'],
    )
  }
  await withBroker(directory, nodeFiles, check, config)
}

async function inFolder(work: (directory: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-encrypted-log-'))
  try {
    await work(join(folder, 'log'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Of what the log wrote: the lock is taken in any case. */
function contentOf(directory: string): ReadonlyMap<string, string> {
  return new Map(
    filesIn(directory)
      .filter(({ path }) => !path.includes('log.lock'))
      .map(({ path, bytes }) => [path, bytes.toString('base64')]),
  )
}

const nothing = (): Promise<void> => Promise.resolve()
const start = (directory: string, config: Partial<BrokerConfig>): Promise<void> =>
  withBroker(directory, nodeFiles, nothing, config)

void test(
  'INV-S5: nothing of what was written is found on the disk; without the key, and with another one, nothing starts',
  { timeout },
  async () =>
    inFolder(async (directory) => {
      const key = newKey()
      await fill(directory, { encryption: { key, oldKeys: [] } })
      const files = filesIn(directory)
      assert.ok(files.filter(({ path }) => path.endsWith('.log')).length > 2, 'several segments')
      for (const word of words)
        assert.deepEqual(
          files.filter(({ path, bytes }) => path.includes(word) || bytes.includes(word)).map(({ path }) => path),
          [],
          word,
        )
      const refused = { code: 'WEIR-3022', message: new RegExp(key.id) }
      await assert.rejects(start(directory, {}), refused)
      await assert.rejects(start(directory, { encryption: { key: newKey(), oldKeys: [newKey()] } }), refused)
      await isBack(directory, { encryption: { key, oldKeys: [] } })
    }),
)

void test(
  'a new key takes over what the old one wrapped: no record is written again, and the old key is not needed any more',
  { timeout },
  async () =>
    inFolder(async (directory) => {
      const [old, fresh] = [newKey(), newKey()]
      await fill(directory, { encryption: { key: old, oldKeys: [] } })
      const before = new Map(filesIn(directory).map(({ path, bytes }) => [path, bytes]))
      await start(directory, { encryption: { key: fresh, oldKeys: [old] } })
      for (const { path, bytes } of filesIn(directory).filter(({ path }) => path.endsWith('.log')))
        assert.deepEqual(before.get(path), bytes, path)
      await isBack(directory, { encryption: { key: fresh, oldKeys: [] } })
      await assert.rejects(start(directory, { encryption: { key: old, oldKeys: [] } }), { code: 'WEIR-3022' })
    }),
)

void test('a log that was there before its encryption goes on: what comes is encrypted', { timeout }, async () =>
  inFolder(async (directory) => {
    await fill(directory, {})
    assert.ok(filesIn(directory).some(({ bytes }) => bytes.includes('the value of it')))
    const config = { encryption: { key: newKey(), oldKeys: [] } }
    await isBack(directory, config)
    assert.ok(
      !filesIn(directory).some(({ path, bytes }) => path.endsWith('security.json') && bytes.includes('the-user')),
    )
    const later = async (client: KafkaClient): Promise<void> => {
      const producer = await client.createProducer({ topic: 'the-topic' })
      await producer.send({ value: 'what came later', partition: 0 })
      await producer.close()
    }
    await withBroker(directory, nodeFiles, later, config)
    assert.ok(!filesIn(directory).some(({ bytes }) => bytes.includes('what came later')))
    const read = async (client: KafkaClient): Promise<void> => {
      assert.equal((await readPartition(client, 'the-topic', 0)).at(-1)?.value, 'what came later')
    }
    await withBroker(directory, nodeFiles, read, config)
  }),
)

void test(
  'without the file of its keys the log does not start, with a key or without, and nothing is changed',
  { timeout },
  async () =>
    inFolder(async (directory) => {
      const encryption = { key: newKey(), oldKeys: [] }
      await fill(directory, { encryption })
      const keys = join(directory, 'encryption.json')
      renameSync(keys, `${directory}.keys`)
      const before = contentOf(directory)
      const refused = { code: 'WEIR-3024', message: /encryption\.json/ }
      await assert.rejects(start(directory, { encryption }), refused)
      await assert.rejects(start(directory, {}), refused)
      assert.deepEqual(contentOf(directory), before)
      renameSync(`${directory}.keys`, keys)
      await isBack(directory, { encryption })
    }),
)
