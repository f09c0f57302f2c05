import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { startBroker } from '../../stream/broker/start-broker.ts'
import type { LogChildConfig, LogHost, LogReady } from './child-methods.ts'
import { logEncryption } from './log-encryption.ts'
import { logSecurity } from './log-security.ts'
import { processMetrics } from './process-metrics.ts'
import { serveSupervisor } from './serve.ts'

// The log's process: the Kafka port, segments and groups.
serveSupervisor<LogChildConfig, LogReady, unknown, LogHost>('log', async (config, { host, logger }) => {
  const metrics = processMetrics()
  const broker = await startBroker(
    { ...config, ...(await logSecurity(config)), ...(await logEncryption(config)) },
    {
      files: nodeFiles,
      clock: systemClock,
      logger,
      metrics,
      audit: (change) =>
        void host
          .call('securityChanged', change)
          .catch((error: unknown) => logger.error({ err: error, change }, 'a change was not written into the audit')),
    },
  )
  return {
    ready: { port: broker.ports[0]! },
    status: () => broker.status(),
    metrics: () => metrics.getMetricsAsJSON(),
    stop: () => broker.stop(),
    methods: {
      notices: () => broker.notices,
      rates: () => broker.figures.rates(),
      topics: ({ names }: { readonly names: readonly string[] }) => broker.figures.topics(names),
      partitions: ({ topic, from, count }: { readonly topic: string; readonly from: number; readonly count: number }) =>
        broker.figures.partitions(topic, from, count),
      lagHistory: ({ group }: { readonly group: string }) => broker.figures.lagHistory(group),
    },
  }
})
