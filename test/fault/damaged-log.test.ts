import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'
import { damageBatch } from '../support/damage-batch.ts'
import { eventually } from '../support/deadline.ts'
import { restartableWeir } from './restartable-weir.ts'

const project = `import { defineProject, stream } from 'weir-data'
export default defineProject({ name: 'damaged', resources: [
  stream('values', { partitions: 1, value: 'json' }), stream('others', { partitions: 1, value: 'json' })] })
`

async function produce(client: KafkaClient, topic: string): Promise<number> {
  const builder = new BatchBuilder()
  builder.append(Buffer.from('{}'), null, Date.now())
  return (await client.produce({ topic, partition: 0, batch: builder.finish(), acks: 'all' })).baseOffset
}

void test(
  'INV-L1, INV-L3: killed, and a file damaged before the next start: weir status says where, all else goes on',
  { timeout: 90_000 },
  async () => {
    await using weir = await restartableWeir('damaged', { project })
    await weir.start()
    const bootstrap = `127.0.0.1:${weir.ports.kafka}`
    const before = await connectKafka({ bootstrap })
    for (let at = 0; at < 5; at++) for (const topic of ['values', 'others']) await produce(before, topic)
    const [{ id } = { id: '' }] = await before.topics.describe(['values'])
    await before.close()
    process.kill(weir.pid(), 'SIGKILL')
    await weir.gone()
    damageBatch(join(weir.folder, '.weir', 'log'), id, 0, 2)

    await weir.start()
    const status = await eventually('the state of the stream', async () => {
      const { stdout } = await weir.command('status')
      return stdout.includes('WEIR-3007') ? stdout : undefined
    })
    assert.match(status, /values .*Failed[^]*WEIR-3007 values-0 is damaged from offset 2 to 3/)
    assert.match(status, /others .*Active/)
    const doctor = await weir.command('doctor')
    assert.equal(doctor.code, 4, doctor.stdout)
    assert.match(doctor.stdout, /✗ stream +values: WEIR-3007 values-0 is damaged from offset 2 to 3/)
    const client = await connectKafka({ bootstrap })
    assert.deepEqual([await produce(client, 'values'), await produce(client, 'others')], [5, 5])
    const ends = await client.offsets.list('values', 'end')
    assert.equal(ends.get(0), 6)
    await client.close()
  },
)
