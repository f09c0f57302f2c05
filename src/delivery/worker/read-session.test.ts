import { test } from 'node:test'
import { deliveryBench, good, readUpTo } from '../../../test/support/delivery-bench.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import type { RecordSource } from '../record-source.ts'

const bench = deliveryBench()

void test('a log that answers for the first partition of a request alone gets every partition read', async () => {
  const { start } = bench.world()
  const log = new RecordLog(undefined, 3)
  const brief: RecordSource = {
    id: log.id,
    stream: log.stream,
    refresh: () => log.refresh(),
    fetch: (request) => log.fetch({ ...request, partitions: request.partitions.slice(0, 1) }),
    bounds: (partitions) => log.bounds(partitions),
    openTransaction: () => log.openTransaction(),
    close: () => log.close(),
  }
  for (const partition of [0, 1, 2]) log.append(partition, [good(partition), good(partition + 10)])
  const worker = await start(brief)
  await worker.assign({ epoch: 1, partitions: [0, 1, 2] })
  for (const partition of [0, 1, 2]) await readUpTo(worker, 2, partition)
})
