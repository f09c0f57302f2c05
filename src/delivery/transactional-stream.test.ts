import { test } from 'node:test'
import { deliverTransactions } from '../../test/contracts/transactional-delivery.ts'
import { runBroker } from '../../test/support/running-broker.ts'

void test('a delivery carries committed records only, waits for an open transaction and says so; the ledger adds up (rule 11)', async (context) => {
  await using log = await runBroker()
  await deliverTransactions(context, log.bootstrap)
})
