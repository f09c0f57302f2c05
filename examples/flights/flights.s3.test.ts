import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readEndpoints } from '../../src/platform/supervisor/endpoints.ts'
import { restartableWeir } from '../../test/fault/restartable-weir.ts'
import { s3Server } from '../../test/support/s3-store.ts'
import { replayFlights } from './replay.ts'

const flights = 300_000

/** The project of this folder, with its tables in a bucket and nothing else changed. */
function projectIn(location: string, endpoint: string): string {
  const project = readFileSync(join(import.meta.dirname, 'weir.config.ts'), 'utf8').replace(
    "name: 'flights', resources",
    `name: 'flights', objects: { location: '${location}', endpoint: '${endpoint}' }, resources`,
  )
  assert.match(project, /objects: /)
  return project
}

void test('the flights example with its tables in S3: all are delivered, summed up and verified', async (context) => {
  const { endpoint, bucket } = s3Server()
  const project = projectIn(`s3://${bucket}/flights-${randomUUID()}`, endpoint)
  await using weir = await restartableWeir('flights-s3', { project })
  await weir.start()
  const outcome = await replayFlights(readEndpoints(join(weir.folder, '.weir'))!, flights, (title) => {
    const started = performance.now()
    return {
      update: () => undefined,
      finish: () => {
        const ms = Math.round(performance.now() - started)
        context.diagnostic(`${title}: ${ms} ms`)
        return ms / 1000
      },
    }
  })
  assert.deepEqual([outcome.produced, outcome.delivered, outcome.queryable], [flights, flights, flights])
  assert.ok(outcome.verified, outcome.verifyDetail)
})
