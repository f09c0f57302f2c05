import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { eventually } from '../support/deadline.ts'
import { checkExactlyOnce, verifies } from './exactly-once.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { mayMount, smallDisk } from './small-disk.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 2, value: 'json' })
const kept = table('kept', { columns: { id: 'long', text: 'string' } })
const load = delivery('load', { from: values, to: kept, flush: { age: '1 s' } })
export default defineProject({ name: 'full', resources: [values, kept, load] })
`

// Under CI there is no skipping: without the rights the mount fails and says so.
const skip = mayMount() || process.env['CI'] !== undefined ? false : 'needs root, to mount a small disk'
const timeout = 180_000

/** Sends batches, each through a producer of its own that tries once, and remembers what was acknowledged. */
class Sender {
  readonly acknowledged = new Set<number>()
  readonly sent = new Set<number>()
  readonly #kafka: Kafka
  #last = 0

  constructor(port: number) {
    this.#kafka = new Kafka({
      brokers: [`127.0.0.1:${port}`],
      logLevel: logLevel.NOTHING,
      requestTimeout: 5000,
      retry: { retries: 0 },
    })
  }

  /** What the client is told, or undefined when the batch was taken. */
  async send(): Promise<string | undefined> {
    const producer = this.#kafka.producer({ retry: { retries: 0 } })
    const ids = Array.from({ length: 50 }, () => ++this.#last)
    const messages = ids.map((id) => ({ value: JSON.stringify({ id, text: 'x'.repeat(8000) }) }))
    try {
      await producer.connect()
      for (const id of ids) this.sent.add(id)
      await producer.send({ topic: 'values', acks: -1, messages })
      for (const id of ids) this.acknowledged.add(id)
      return undefined
    } catch (error) {
      return String(error)
    } finally {
      await producer.disconnect()
    }
  }
}

interface Status {
  readonly resources: readonly { kind: string; name: string; state: string; reason: string | null }[]
  readonly warnings: readonly string[]
  readonly disk: { readonly freeBytes: number }
}

async function statusOf(weir: RestartableWeir): Promise<Status> {
  const { code, stdout, stderr } = await weir.command('status', '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Status
}

/** Everything read is in the table: the delivery goes on by itself. */
async function waitForDelivery(weir: RestartableWeir): Promise<void> {
  await eventually(
    'the delivery to go on',
    async () => {
      const { stdout } = await weir.command('ledger')
      if (/rejected 0 \+ pending 0\b/.test(stdout)) return true
      throw new Error(stdout)
    },
    60_000,
  )
}

void test(
  'a full disk: producers and the operator are told, nothing is lost, and it goes on when there is room',
  { skip, timeout },
  async () => {
    using disk = smallDisk(160)
    await using weir = await restartableWeir('full', { project, dataDirectory: join(disk.folder, 'data') })
    await weir.start()
    const sender = new Sender(weir.ports.kafka)
    assert.equal(await sender.send(), undefined)
    disk.fillUpTo(2_000_000)
    const refusal = await eventually('a refusal', () => sender.send(), 60_000)
    assert.match(refusal, /Disk error/, 'KAFKA_STORAGE_ERROR is what clients call so')
    const { code, stdout } = await weir.command('doctor')
    assert.notEqual(code, 0)
    assert.match(stdout, /disk .*Free space/)
    await eventually('weir status to tell of it', async () => {
      const { resources, warnings, disk: use } = await statusOf(weir)
      const values = resources.find(({ kind, name }) => kind === 'stream' && name === 'values')
      assert.ok(use.freeBytes < 16_000_000, `${use.freeBytes} bytes are free`)
      assert.match(warnings.join(), /disk of the data directory is full/)
      assert.deepEqual([values?.state, /cannot write/.test(values?.reason ?? '')], ['Failed', true])
      return true
    })
    const ready = (): Promise<Response> => fetch(`http://127.0.0.1:${weir.ports.http}/ready`)
    const unready = await ready()
    assert.equal(unready.status, 503)
    assert.match(await unready.text(), /disk of the data directory is full/)
    disk.makeRoom()
    await eventually('all of it to be Active again, though nobody produces', async () =>
      (await statusOf(weir)).resources.every(({ state }) => state === 'Active') ? true : undefined,
    )
    assert.equal((await ready()).status, 200)
    assert.equal(await sender.send(), undefined)
    await checkExactlyOnce(weir, 'kept', sender)
    await waitForDelivery(weir)
    await verifies(weir)
  },
)
