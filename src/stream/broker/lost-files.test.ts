import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { runBroker } from '../../../test/support/running-broker.ts'
import { connectKafka } from '../client/connect.ts'

void suite('INV-L7: a file of the log that is not there any more is said', () => {
  const losses: readonly (readonly [string, string, (path: string) => void, RegExp])[] = [
    ['checkpoints.json', 'removed', (path) => rmSync(path), /^WEIR-3009 .*checkpoints\.json.* is missing/],
    [
      'checkpoints.json',
      'half of it',
      (path) => writeFileSync(path, '{"number":3,'),
      /^WEIR-3009 .*checkpoints\.json.* cannot be read/,
    ],
    ['security.json', 'removed', (path) => rmSync(path), /^WEIR-3009 .*security\.json.* is missing: only what/],
  ]
  for (const [name, how, lose, notice] of losses)
    void test(`${name}, ${how}`, async () => {
      await using log = await runBroker({ config: { defaultPartitions: 1 } })
      const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })
      await client.topics.create([{ name: 'orders', partitions: 1 }])
      const producer = await client.createProducer({ topic: 'orders' })
      for (let at = 0; at < 10; at++) await producer.send({ value: `v${at}` })
      await producer.close()
      await client.close()
      await log.broker.stop()
      lose(join(log.directory, name))
      await log.start()
      assert.equal(log.broker.notices.length, 1)
      assert.match(log.broker.notices[0]!, notice)
      assert.equal(log.broker.status().topics[0]!.partitions[0]!.endOffset, 10)
      await log.restart()
      assert.deepEqual(log.broker.notices, [], 'the file is whole again')
    })

  void test('nothing of a new log, whether it was used or not', async () => {
    await using log = await runBroker()
    assert.deepEqual(log.broker.notices, [])
    await log.restart()
    assert.deepEqual(log.broker.notices, [])
  })
})
