import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../kernel/clock.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { startDeliveryWorker } from '../../delivery/worker/start-delivery-worker.ts'
import type { WorkerStatus } from '../../delivery/worker/delivery-worker.ts'
import { endUnlessHeard } from './end-unless-heard.ts'
import type { Assignment, DeliveryChildConfig } from './child-methods.ts'
import { copiesIn } from '../lake/lake-place.ts'
import { openLake } from '../lake/open-lake.ts'
import { memoryBehind, type MemoryHost } from './delivery-memory.ts'
import { openDeliveryPlace } from './open-delivery-place.ts'
import { processMetrics } from './process-metrics.ts'
import { serveSupervisor } from './serve.ts'

// A delivery worker's process: reads its partitions, parses, commits.
serveSupervisor<DeliveryChildConfig, null, WorkerStatus, MemoryHost>('delivery', async (config, { host, logger }) => {
  const metrics = processMetrics()
  // Data files are written beside the tails and then moved: where both lie on one file system, a move is a rename. Copies of objects lie
  // there too: few tables are recounted by a worker, and what one leaves goes with the tails.
  const copies = `copies-${process.pid}`
  const lake = copiesIn(config.tailDirectory, config.lake)
  const place = await openDeliveryPlace(config, await openLake(lake, copies), (source) =>
    host.call('holes', { source }),
  )
  const { source, table } = place
  if (!source)
    throw new WeirError('WEIR-5013', `there is no stream "${config.topic}"; create it, or correct the delivery`)
  const memory = memoryBehind(host, config)
  const { rowChanges } = table
  const ports = { source, table, rowChanges, memory, files: nodeFiles, clock: systemClock, logger }
  const worker = await startDeliveryWorker(config, ports)
  const heard = config.silenceMsMax === undefined ? undefined : endUnlessHeard(config.silenceMsMax)
  return {
    ready: null,
    status: () => worker.status(),
    metrics: () => metrics.getMetricsAsJSON(),
    async stop(deadlineMs) {
      await worker.stop(deadlineMs)
      await place.close()
      for (const folder of [copies, `${copies}-rows`])
        await rm(join(config.tailDirectory, folder), { recursive: true, force: true })
    },
    methods: {
      assign: (assignment: Assignment) => worker.assign(assignment),
      tails: ({ metadataLocation }: { metadataLocation: string }) => worker.tails(metadataLocation),
      flush: () => worker.flush(),
      heard: () => heard?.(),
    },
  }
})
