import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, isFreePort } from '../support/free-port.ts'
import { waitUntil } from '../support/wait-until.ts'

const script = join(import.meta.dirname, '../../../shared/conformance/kafka/kafka.sh')
const run = promisify(execFile)

/** A real Kafka on loopback, of our own. */
export interface ApacheKafka {
  /** `host:port` */
  readonly bootstrap: string
  /** `kill -9`, then what is to be done while it is away, then a start with the same data and port. */
  restart(meanwhile?: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

/** `options` are those of the kit: `--acl` for an authorizer. `{port}` in them is the port of the bootstrap address. */
export async function startApacheKafka(...options: readonly string[]): Promise<ApacheKafka> {
  assert.ok(existsSync(script), `no Apache Kafka: set WEIR_TEST_KAFKA=host:port, or provide ${script}`)
  const folder = await mkdtemp(join(tmpdir(), 'weir-kafka-'))
  // The kit keeps the controller's port here; it must be free after a restart too.
  await writeFile(join(folder, 'ctlport'), String(await freePort()))
  const port = String(await freePort())
  const words = ['start', '--dir', folder, '--heap', '512m', ...options.map((word) => word.replaceAll('{port}', port))]
  const start = async (): Promise<string> => (await run(script, [...words, '--port', port])).stdout.trim()
  const kill = (): Promise<unknown> => run(script, ['kill', '--dir', folder])
  const bootstrap = await start()
  return {
    bootstrap,
    async restart(meanwhile) {
      await kill()
      // A process of that size is not gone at once.
      await waitUntil('the port of Kafka is free', () => isFreePort(Number(port)))
      await Promise.resolve(meanwhile?.()).finally(start)
    },
    async stop() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
