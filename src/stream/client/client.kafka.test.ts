import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describeClientContract, type RunningBroker } from '../../../test/contracts/kafka-client.ts'

const script = join(import.meta.dirname, '../../../../shared/conformance/kafka/kafka.sh')
const run = promisify(execFile)

describeClientContract('Apache Kafka', startKafka)

/** The one at WEIR_TEST_KAFKA (host:port), or one of our own. */
async function startKafka(): Promise<RunningBroker> {
  const given = process.env['WEIR_TEST_KAFKA']
  if (given) return { bootstrap: given, stop: async () => undefined }
  assert.ok(existsSync(script), `no Apache Kafka: set WEIR_TEST_KAFKA=host:port, or provide ${script}`)
  const folder = await mkdtemp(join(tmpdir(), 'weir-kafka-'))
  const { stdout } = await run(script, ['start', '--dir', folder, '--heap', '512m'])
  return {
    bootstrap: stdout.trim(),
    async stop() {
      await run(script, ['kill', '--dir', folder])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
