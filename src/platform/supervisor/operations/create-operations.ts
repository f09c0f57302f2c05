import type { CrawlStore } from '../../../storage/metadata/crawls.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { CatalogClient } from '../../../lake/client/catalog-client.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import { createValueReader } from '../../../stream/registry/decode/value-reader.ts'
import type { LazySchemaRegistry } from '../../../stream/registry/lazy-schema-registry.ts'
import type { ControlPlane } from '../../control/control-plane.ts'
import type { Operations } from '../../operations.ts'
import type { Identities } from '../../access/identities.ts'
import type { Ports } from '../choose-ports.ts'
import type { RunningCrawlers } from '../crawlers/run-crawlers.ts'
import type { DataDirectory } from '../data-directory.ts'
import { watchDisk } from '../disk-watch.ts'
import type { Endpoints } from '../endpoints.ts'
import type { DeclaredTableMaintenance } from '../maintenance/table-maintenance.ts'
import type { LogProcess } from '../log-process.ts'
import type { Processes } from '../processes.ts'
import type { SupervisorOptions } from '../supervisor-options.ts'
import { createCrawlerOperations } from './crawler-operations.ts'
import type { TablePlace } from '../../children/child-methods.ts'
import { createDeliveryOperations } from './delivery-operations.ts'
import { countRecords } from './count-records.ts'
import { createInspectionOperations } from './inspection-operations.ts'
import { createProcessOperations, type CopyingChild, type ShownChild } from './process-operations.ts'
import { watchRates } from './rate-watch.ts'
import { createGroupOperations } from './streams/group-operations.ts'
import { createRecordOperations } from './streams/record-operations.ts'
import { createStreamOperations } from './streams/stream-operations.ts'
import { createSqlOperations } from './sql-operations.ts'
import { createTableOperations } from './table-operations.ts'

export interface OperationsOptions extends Omit<SupervisorOptions, 'maintenance'> {
  readonly processes: Processes
  readonly control: ControlPlane
  readonly places: DataDirectory
  readonly identities: Identities
  readonly ports: Ports
  readonly catalog: CatalogClient
  readonly objects: ObjectStore
  readonly schemaRegistry: LazySchemaRegistry
  readonly logger: Logger
  /** Undefined until all is ready. */
  readonly endpoints: () => Endpoints | undefined
  readonly crawlers: RunningCrawlers
  readonly crawls: CrawlStore
  /** How the operator comes to the tables. */
  readonly catalogPlace: Omit<TablePlace, 'namespace' | 'name'>
  readonly maintenance: Omit<DeclaredTableMaintenance, 'stop'>
}

/** What the HTTP API offers beyond resources. */
export function createOperations(options: OperationsOptions): Operations & { close(): void } {
  const { processes, ports, places, logger, project } = options
  const disk = watchDisk(places.root, project.settings.diskBudgetBytes ?? undefined, logger)
  const rates = watchRates(
    () => countRecords(processes),
    () => options.clock.now(),
  )
  const kafka = (): Promise<KafkaClient> => processes.streams.kafka()
  const ownLog = (): LogProcess['channel'] => processes.streams.log?.channel
  const values = createValueReader(options.schemaRegistry)
  const deliveries = createDeliveryOperations(processes, options.catalog, options.objects)
  return {
    ledger: deliveries.ledger,
    verifier: deliveries.verifier,
    letters: deliveries.letters,
    streams: createStreamOperations(kafka, ownLog, values),
    records: createRecordOperations(kafka, values),
    groups: createGroupOperations(kafka, ownLog),
    sql: createSqlOperations(
      () => ({
        host: '127.0.0.1',
        port: ports.postgres,
        ...(options.password === undefined ? {} : { password: options.password }),
      }),
      options.identities,
    ),
    tables: createTableOperations(options.catalog, () => {
      const endpoints = options.endpoints()
      const { password, token } = options
      return endpoints && { endpoints, hasPassword: password !== undefined, hasToken: token !== undefined }
    }),
    inspection: createInspectionOperations(processes.operator, options.catalogPlace),
    maintenance: {
      hold: () => options.maintenance.hold(),
      run: (table, task) => options.maintenance.run(table, task),
      turns: (table) => options.maintenance.turns(table),
      history: (table, page) => options.maintenance.history(table, page),
      plan: (table, task) => options.maintenance.plan(table, task),
    },
    crawlers: createCrawlerOperations(options),
    process: createProcessOperations({
      ...options,
      maintenance: () => options.maintenance.latest(),
      disk: () => disk.now(),
      streamsTrouble: () => processes.streams.trouble,
      lookAtLog: async () => processes.streams.look?.(),
      rates,
      children: () => childrenOf(processes),
      copying: () => [processes.engine.child, processes.operator.child] as readonly CopyingChild[],
    }),
    close() {
      disk.stop()
      rates.stop()
    },
  }
}

function childrenOf({ streams, engine, workers, operator, writer }: Processes): readonly ShownChild[] {
  return [...(streams.log ? [streams.log] : []), engine.child, ...workers.children, operator.child, writer.child]
}
