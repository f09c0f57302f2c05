import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApacheKafka } from '../contracts/apache-kafka.ts'
import { chosenSeed } from './chosen-seed.ts'
import { killJoinedRounds } from './kill-joined-rounds.ts'

void test(
  'INV-W3 on an Apache Kafka: of two workers that joined one is killed, then others at random: the ledger is exact',
  { timeout: 900_000 },
  async (context) => {
    const seed = chosenSeed(context)
    const kafka = await startApacheKafka()
    try {
      const { killed, acknowledged } = await killJoinedRounds(seed, {
        first: ['worker', 'process', 'supervisor', 'worker'],
        count: 10,
        realKafkaPort: Number(kafka.bootstrap.split(':')[1]),
        say: (line) => context.diagnostic(line),
      })
      context.diagnostic(`${JSON.stringify(killed)}, ${acknowledged} values acknowledged`)
      assert.ok(acknowledged > 500, `only ${acknowledged} values were acknowledged`)
    } finally {
      await kafka.stop()
    }
  },
)
