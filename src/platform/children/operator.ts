import type { DuckDBConnection } from '@duckdb/node-api'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyDelivery } from '../../delivery/ledger/verify-delivery.ts'
import { readDeadLetters } from '../../delivery/letters/read-letters.ts'
import { replayDeadLetters } from '../../delivery/letters/replay-letters.ts'
import type { OperatorPorts } from '../../delivery/operate/operator-ports.ts'
import { resumeDelivery } from '../../delivery/operate/resume-delivery.ts'
import type { TableView } from '../../delivery/table/delivery-table.ts'
import type { LakeTable } from '../../delivery/table/lake-table.ts'
import { csvDecoder } from '../../record/csv/csv-decoder.ts'
import { openDuckdb } from '../../sql/duckdb/open.ts'
import { crawlFiles, type CrawlRequest } from './crawl-files.ts'
import type { OpenObjectStore } from '../../storage/objects/open.ts'
import { copyMetrics } from '../lake/copy-metrics.ts'
import type { LakePlace } from '../lake/lake-place.ts'
import { openBuckets } from '../lake/open-buckets.ts'
import { openLake } from '../lake/open-lake.ts'
import type { CopiesStatus, DeliveryPlace, OperatorHost, OperatorMethods } from './child-methods.ts'
import { memoryBehind } from './delivery-memory.ts'
import { tableInspector } from './inspect-table.ts'
import { checkpointTable, maintainTable, planMaintenance } from './maintain-table.ts'
import { openDeliveryPlace } from './open-delivery-place.ts'
import { processMetrics } from './process-metrics.ts'
import { serveSupervisor } from './serve.ts'

type Params<Name extends keyof OperatorMethods> = Parameters<OperatorMethods[Name]>[0]

// What people ask of deliveries: proof, dead letters, answers to a delivery that has stopped. Nothing here owns a partition.
serveSupervisor<Params<'start'>, null, CopiesStatus, OperatorHost>('operator', async (config, { host }) => {
  const { temporaryDirectory: folder, memoryLimitBytes, threads } = config
  const metrics = processMetrics()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // One for all that is asked: copies of objects are shared. There is one place of tables.
  let opened: Promise<OpenObjectStore> | undefined
  const openStore = (place: LakePlace): Promise<OpenObjectStore> => {
    opened ??= openLake(place, 'operator')
    opened.catch(() => (opened = undefined))
    return opened
  }
  const figures = async () => (await opened)?.cacheFigures()
  copyMetrics(metrics, figures)
  const inspector = tableInspector(openStore)
  const duckdb = await openDuckdb({ memoryLimitBytes, threads, temporaryDirectory: join(folder, 'spill') })

  async function on<Result>(place: DeliveryPlace, work: (ports: OperatorPorts) => Promise<Result>): Promise<Result> {
    const store = await openStore(place.config.lake)
    const ends = await openDeliveryPlace(place.config, store, (source) => host.call('holes', { source }))
    const connection: DuckDBConnection = await duckdb.connect()
    try {
      await connection.run(`SET TimeZone = 'UTC'`)
      const memory = memoryBehind(host, place.config)
      const keyed = keyedOperation(place.config, ends.table)
      const { table, source } = ends
      return await work({ table, source, memory, connection, folder, ...(keyed ? { keyed } : {}) })
    } finally {
      connection.closeSync()
      await ends.close()
    }
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
    status: async () => ({ copies: (await figures()) ?? null }),
    metrics: () => metrics.getMetricsAsJSON(),
    stop: () => Promise.resolve(duckdb.close()),
    methods: {
      verify: (params: Params<'verify'>) =>
        on(params, (ports) =>
          verifyDelivery(ports, ({ done, total }) => {
            // Only shown: what does not arrive is not missed.
            host.call('progress', { job: params.job, done, total }).catch(() => undefined)
          }),
        ),
      letters: (params: Params<'letters'>) =>
        on(params, ({ table }) => readDeadLetters(table, params.filter, { limit: params.limit, after: params.after })),
      replay: (params: Params<'replay'>) =>
        on(params, (ports) => replayDeadLetters(ports, params.config, params.filter)),
      resume: (params: Params<'resume'>) =>
        on(params, async (ports) => ({ snapshotId: await resumeDelivery(ports, params.choice) })),
      files: (params: Params<'files'>) => inspector.files(params),
      file: (params: Params<'file'>) => inspector.file(params),
      partitions: (params: Params<'partitions'>) => inspector.partitions(params),
      planMaintenance: async (params: Params<'planMaintenance'>) =>
        planMaintenance(params, { duckdb, folder, store: await openStore(params.lake) }),
      crawl: async (params: CrawlRequest) => crawls.crawl(params, await openStore(params.lake)),
      stopCrawl: (params: Params<'stopCrawl'>) => crawls.stopCrawl(params),
      maintain: async (params: Params<'maintain'>) =>
        maintenance.run(params.job, async (stop) =>
          maintainTable(
            params,
            { duckdb, folder, store: await openStore(params.lake) },
            (group) => {
              // The answer says it again.
              host.call('compacted', { job: params.job, group }).catch(() => undefined)
            },
            stop,
          ),
        ),
      checkpoint: async (params: Params<'checkpoint'>) =>
        checkpointTable(params, { duckdb, folder, store: await openStore(params.lake) }),
      stopMaintenance: (params: Params<'stopMaintenance'>) => maintenance.stop(params.job),
    },
  }
})

function keyedOperation(
  { key: plan, keysDirectory, format, csv }: DeliveryPlace['config'],
  { rowChanges: rows }: LakeTable,
): OperatorPorts['keyed'] {
  if (!plan || keysDirectory === undefined) return undefined
  const decodeFor = (view: TableView) => (format === 'csv' ? csvDecoder(view.schema, csv) : undefined)
  return { plan, rows, keysDirectory, decodeFor }
}

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
