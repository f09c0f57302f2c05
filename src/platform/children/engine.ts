import { startEngine } from '../../sql/engine/start-engine.ts'
import type { EngineHost, Relations } from '../../sql/engine-host.ts'
import { copyMetrics } from '../lake/copy-metrics.ts'
import { openBuckets } from '../lake/open-buckets.ts'
import { openLake } from '../lake/open-lake.ts'
import { createSecretService } from '../kinds/secret/read-secret.ts'
import { trinoConfig } from './trino-config.ts'
import type { EngineChildConfig, EngineReady } from './child-methods.ts'
import { copiesOf } from './copies-of.ts'
import { processMetrics } from './process-metrics.ts'
import { serveSupervisor } from './serve.ts'

/** The host's methods as a channel carries them. */
type HostMethods = {
  relations(params: Parameters<EngineHost['relations']>[0]): ReturnType<EngineHost['relations']>
  resolve(params: Parameters<EngineHost['resolve']>[0]): ReturnType<EngineHost['resolve']>
  flush(params: Parameters<EngineHost['flush']>[0]): ReturnType<EngineHost['flush']>
  commit(params: Parameters<EngineHost['commit']>[0]): ReturnType<EngineHost['commit']>
  turn(params: Parameters<EngineHost['turn']>[0]): ReturnType<EngineHost['turn']>
  endTurn(params: Parameters<EngineHost['endTurn']>[0]): ReturnType<EngineHost['endTurn']>
  define(params: Parameters<EngineHost['define']>[0]): ReturnType<EngineHost['define']>
  stage(params: Parameters<EngineHost['stage']>[0]): ReturnType<EngineHost['stage']>
}

/** What may take long is ended by the supervisor, which knows why. */
const patience = { timeoutMs: 1_200_000 }

// The SQL engine's process: DuckDB, and PostgreSQL's protocol on a unix socket.
serveSupervisor<EngineChildConfig, EngineReady, unknown, HostMethods>('engine', async (config, { host, logger }) => {
  const metrics = processMetrics()
  const objects = await openLake(config.lake, 'engine')
  if (config.lake.s3) copyMetrics(metrics, 'object', () => objects.cacheFigures())
  copyMetrics(metrics, 'row', async () => objects.rowFigures())
  const engine = await startEngine(
    {
      listen: { socketPath: config.socketPath },
      memoryLimitBytes: config.memoryLimitBytes,
      threads: config.threads,
      temporaryDirectory: config.temporaryDirectory,
      linkDirectory: config.linkDirectory,
      scratchDirectory: config.scratchDirectory,
      objects,
      buckets: openBuckets(config.buckets, 'engine'),
      database: config.database,
      ...(config.sql ? { trino: await trinoConfig(config.sql, createSecretService(config.projectDirectory)) } : {}),
      logger,
    },
    {
      relations: (request) => host.call('relations', request),
      resolve: (request) => host.call('resolve', request),
      flush: (table) => host.call('flush', table, patience),
      commit: (request) => host.call('commit', request, patience),
      turn: (request) => host.call('turn', request, patience),
      endTurn: (turn) => host.call('endTurn', turn),
      define: (request) => host.call('define', request, patience),
      stage: (request) => host.call('stage', request),
    },
  )
  return {
    ready: { socketPath: config.socketPath },
    status: async () => ({ ...engine.status(), ...(await copiesOf(objects)) }),
    metrics: () => metrics.getMetricsAsJSON(),
    stop: (deadlineMs) => engine.stop({ deadlineMs }),
    methods: {
      describe: ({ sql, relations }: { sql: string; relations: Relations }) => engine.describe(sql, relations),
    },
  }
})
