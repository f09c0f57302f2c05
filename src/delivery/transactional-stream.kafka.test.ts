import { test } from 'node:test'
import { startApacheKafka } from '../../test/contracts/apache-kafka.ts'
import { deliverTransactions } from '../../test/contracts/transactional-delivery.ts'

void test('over a real Kafka too, a delivery carries committed records only, and is proven', async (context) => {
  const kafka = await startApacheKafka()
  context.after(() => kafka.stop())
  await deliverTransactions(context, kafka.bootstrap)
})
