import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { startBroker } from '../../stream/broker/start-broker.ts'
import type { LogChildConfig, LogReady } from './child-methods.ts'
import { processMetrics } from './process-metrics.ts'
import { serveSupervisor } from './serve.ts'

// The log's process: the Kafka port, segments and groups.
serveSupervisor<LogChildConfig, LogReady, unknown>('log', async (config, { logger }) => {
  const metrics = processMetrics()
  const broker = await startBroker(config, { files: nodeFiles, clock: systemClock, logger, metrics })
  return {
    ready: { port: broker.port },
    status: () => broker.status(),
    metrics: () => metrics.getMetricsAsJSON(),
    stop: () => broker.stop(),
  }
})
