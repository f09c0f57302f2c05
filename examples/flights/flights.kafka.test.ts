import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readEndpoints } from '../../src/platform/supervisor/endpoints.ts'
import { startApacheKafka } from '../../test/contracts/apache-kafka.ts'
import { restartableWeir } from '../../test/fault/restartable-weir.ts'
import { sharedByJoined, startJoinedWorker } from '../../test/support/joined-worker.ts'
import type { StartStep } from './progress.ts'
import { replayFlights } from './replay.ts'

const flights = 3_000_000

/** The project of this folder, with its streams in another place and its delivery left to workers that join. */
function projectOn(bootstrap: string): string {
  const project = readFileSync(join(import.meta.dirname, 'weir.config.ts'), 'utf8')
    .replace("onNewField: 'reject'", "onNewField: 'reject', workers: 0")
    .replace("name: 'flights', resources", `name: 'flights', streams: { bootstrap: ['${bootstrap}'] }, resources`)
  assert.match(project, /workers: 0[\s\S]*streams: /)
  return project
}

void test(
  'three million flights through an Apache Kafka, by two workers that joined, of which one is killed: none is lost, none is there twice',
  { timeout: 900_000 },
  async (context) => {
    const kafka = await startApacheKafka()
    try {
      const realKafkaPort = Number(kafka.bootstrap.split(':')[1])
      await using weir = await restartableWeir('flights', { project: projectOn(kafka.bootstrap), realKafkaPort })
      await weir.start()
      const address = `http://127.0.0.1:${weir.ports.http}`
      await using one = await startJoinedWorker(address, 'one')
      await using two = await startJoinedWorker(address, 'two')
      await sharedByJoined(address, 'flights-to-lake', ['one', 'two'])
      let isKilled = false
      const killOnce: StartStep = (title) => ({
        update(done) {
          if (title !== 'delivering' || done < flights / 10 || isKilled) return
          isKilled = true
          context.diagnostic(`one is killed when ${done} flights are delivered`)
          one.kill('SIGKILL')
        },
        finish: () => 1,
      })
      const { produced, delivered, queryable, verified, verifyDetail } = await replayFlights(
        readEndpoints(join(weir.folder, '.weir'))!,
        flights,
        killOnce,
      )
      assert.deepEqual([produced, delivered, queryable], [flights, flights, flights])
      assert.ok(verified, verifyDetail)
      assert.ok(isKilled)
      assert.match(two.said(), /^joined /)
    } finally {
      await kafka.stop()
    }
  },
)
