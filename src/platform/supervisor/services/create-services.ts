import { knownPrincipals } from '../../access/known-principals.ts'
import type { CrawlStore } from '../../../storage/metadata/crawls.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import type { CatalogClient } from '../../../lake/client/catalog-client.ts'
import { connectCatalog } from '../../../lake/client/connect-catalog.ts'
import type { LakePlace } from '../../lake/lake-place.ts'
import type { ReconcileServices, TableIdentifier } from '../../kinds/reconcile-services.ts'
import type { Ports } from '../choose-ports.ts'
import type { DataDirectory } from '../data-directory.ts'
import type { Processes } from '../processes.ts'
import type { SupervisorOptions } from '../supervisor-options.ts'
import { createCrawlService } from '../crawlers/crawl-service.ts'
import { roomForDrops } from './room-for-drops.ts'
import { dropNotes, type RemoveLeft } from './interrupted-changes.ts'
import { createDeliveryService } from './delivery-service.ts'
import { createSecretService } from '../../kinds/secret/read-secret.ts'
import { createStreamService } from './stream-service.ts'
import { createTableService } from './table-service.ts'

export interface ServicesOptions extends SupervisorOptions {
  readonly processes: Processes
  readonly ports: Ports
  readonly places: DataDirectory
  readonly lake: LakePlace
  readonly removeLeft: RemoveLeft
  readonly objects: ObjectStore
  readonly crawls: CrawlStore
  /** Told of each table that changed. */
  readonly tableChanged: (schema: string, name: string) => void
  /** Where a new table lies, when the catalog shall not choose. */
  readonly locationOf?: (table: TableIdentifier) => string
}

/** What kinds need of the running parts. */
export interface Services extends ReconcileServices {
  readonly catalog: CatalogClient
  readonly catalogUri: string
  /** Not somebody else's. */
  readonly catalogIsOwn: boolean
}

export function createServices(options: ServicesOptions): Services {
  const { processes, ports, places, lake, objects, token, removeLeft, locationOf } = options
  const catalogUri = `http://127.0.0.1:${ports.http}/iceberg`
  const authorization = token === undefined ? {} : { token }
  const catalog = connectCatalog({ uri: catalogUri, ...authorization })
  const room = roomForDrops(places.dropsRoom, nodeFiles)
  void room.keep()
  const tables = createTableService(catalog, dropNotes(places.drops, nodeFiles, removeLeft), locationOf)
  return {
    catalog,
    catalogUri,
    catalogIsOwn: locationOf === undefined,
    streams: createStreamService(processes.streams),
    tables: { ...tables, drop: (table) => room.within(() => tables.drop(table)) },
    deliveries: createDeliveryService(processes.workers, {
      kafka: processes.streams.access,
      catalogUri,
      ...(token === undefined ? {} : { catalogToken: token }),
      lake,
      tailRoot: places.tail,
      keysRoot: places.keys,
      workerMemoryBytes: options.workerMemoryBytes,
    }),
    views: { check: ({ sql, relations }) => processes.engine.describe(sql, relations) },
    secrets: createSecretService(options.projectDirectory),
    principals: knownPrincipals(options.project.settings.users),
    crawls: createCrawlService(options.crawls, {
      objects,
      warehouse: lake.warehouse,
      settings: options.project.settings,
      changed: options.tableChanged,
    }),
  }
}
