import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { whenNeeded } from '../../kernel/when-needed.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { OpenObjectStore } from '../../storage/objects/open.ts'
import type { LakePlace } from '../lake/lake-place.ts'
import { openBuckets } from '../lake/open-buckets.ts'
import { openLake } from '../lake/open-lake.ts'
import type { CopiesStatus, OperatorHost, OperatorMethods, TablePlace } from './child-methods.ts'
import { copiesOf } from './copies-of.ts'
import { crawlFiles, type CrawlRequest } from './crawl-files.ts'
import { metricsOnDemand } from './metrics-on-demand.ts'
import { serveSupervisor } from './serve.ts'

type Params<Name extends keyof OperatorMethods> = Parameters<OperatorMethods[Name]>[0]

// What people ask of deliveries, tables and crawlers. Nothing here owns a partition. Mostly it is started for one of them, so what only
// the others need is not loaded.
serveSupervisor<Params<'start'>, null, CopiesStatus, OperatorHost>('operator', async (config, { host }) => {
  const { temporaryDirectory: folder, memoryLimitBytes, threads } = config
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // One for all that is asked: copies of objects are shared. There is one place of tables.
  let opened: Promise<OpenObjectStore> | undefined
  const openStore = (place: LakePlace): Promise<OpenObjectStore> => {
    opened ??= openLake(place, 'operator')
    opened.catch(() => (opened = undefined))
    return opened
  }
  const figures = async () => (await opened)?.cacheFigures()
  const duckdb = whenNeeded(async () => {
    const { openDuckdb } = await import('../../sql/duckdb/open.ts')
    return openDuckdb({ memoryLimitBytes, threads, temporaryDirectory: join(folder, 'spill') })
  })
  const deliveries = whenNeeded(async () => {
    const { operateDeliveries } = await import('./operate-deliveries.ts')
    return operateDeliveries({ host, folder, duckdb, openStore })
  })
  const inspector = whenNeeded(async () => (await import('./inspect-table.ts')).tableInspector(openStore))
  const maintainer = () => import('./maintain-table.ts')
  const placeOf = async ({ lake }: Pick<TablePlace, 'lake'>) => {
    return { duckdb: await duckdb(), folder, store: (await openStore(lake)) as ObjectStore }
  }

  const crawls = crawlFiles(
    { duckdb, buckets: openBuckets(config.buckets, 'operator'), scratch: folder },
    (job, done, total) => {
      // Only shown: what does not arrive is not missed.
      host.call('progress', { job, done, total }).catch(() => undefined)
    },
  )
  const maintenance = stoppableJobs()
  return {
    ready: null,
    status: async () => copiesOf(await opened),
    metrics: metricsOnDemand(async (registry) => {
      const { copyMetrics } = await import('../lake/copy-metrics.ts')
      copyMetrics(registry, 'object', figures)
      copyMetrics(registry, 'row', async () => (await opened)?.rowFigures())
    }),
    stop: async () => (await duckdb.made)?.close(),
    methods: {
      verify: async (params: Params<'verify'>) => (await deliveries()).verify(params),
      letters: async (params: Params<'letters'>) => (await deliveries()).letters(params),
      replay: async (params: Params<'replay'>) => (await deliveries()).replay(params),
      resume: async (params: Params<'resume'>) => (await deliveries()).resume(params),
      files: async (params: Params<'files'>) => (await inspector()).files(params),
      file: async (params: Params<'file'>) => (await inspector()).file(params),
      partitions: async (params: Params<'partitions'>) => (await inspector()).partitions(params),
      crawl: async (params: CrawlRequest) => crawls.crawl(params, await openStore(params.lake)),
      stopCrawl: (params: Params<'stopCrawl'>) => crawls.stopCrawl(params),
      planMaintenance: async (params: Params<'planMaintenance'>) =>
        (await maintainer()).planMaintenance(params, await placeOf(params)),
      maintain: (params: Params<'maintain'>) =>
        maintenance.run(params.job, async (stop) => {
          const told = (group: Parameters<OperatorHost['compacted']>[0]['group']): void => {
            // The answer says it again.
            host.call('compacted', { job: params.job, group }).catch(() => undefined)
          }
          return (await maintainer()).maintainTable(params, await placeOf(params), told, stop)
        }),
      checkpoint: async (params: Params<'checkpoint'>) =>
        (await maintainer()).checkpointTable(params, await placeOf(params)),
      stopMaintenance: (params: Params<'stopMaintenance'>) => maintenance.stop(params.job),
    },
  }
})

/** Jobs that end early, with what they have done, when they are told to. */
function stoppableJobs() {
  const stops = new Map<number, AbortController>()
  return {
    async run<Result>(job: number, work: (stop: AbortSignal) => Promise<Result>): Promise<Result> {
      const stop = new AbortController()
      stops.set(job, stop)
      try {
        return await work(stop.signal)
      } finally {
        stops.delete(job)
      }
    },
    stop(job: number): null {
      stops.get(job)?.abort()
      return null
    },
  }
}
