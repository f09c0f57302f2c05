import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { createLogger } from '../../kernel/logger.ts'
import { parseMetadata } from '../../lake/metadata/read.ts'
import type { EngineHost, Relations } from '../../sql/engine-host.ts'
import { copySqlite } from '../../storage/metadata/copy-sqlite.ts'
import { openMetadata, type Metadata } from '../../storage/metadata/metadata.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { catalogRelations } from '../control/catalog-relations.ts'
import type { Plan } from '../control/control-plane.ts'
import { planProject } from '../control/plan-steps.ts'
import { kinds } from '../kinds/registry.ts'
import type { CrawlService, ReconcileServices, TableService, ViewService } from '../kinds/reconcile-services.ts'
import type { Resource } from '../kinds/resource.ts'
import { bucketAccessOf } from '../lake/bucket-access.ts'
import { lakePlaceOf } from '../lake/lake-place.ts'
import { openLake } from '../lake/open-lake.ts'
import { refuseOtherPlace } from '../lake/prepare-lake.ts'
import type { Project } from '../project/project.ts'
import { readMetadataPlace } from './metadata-place.ts'
import { describeTable } from './services/describe-table.ts'
import { createStreamService } from './services/stream-service.ts'
import type { StreamsPlace } from './streams/streams-place.ts'

/** Checks of views; what queries compute while they are planned is held to this. */
const engineBytes = 256e6

/**
 * What `apply` would change, where no Weir runs: the project against a copy of the metadata as it was left, or against nothing before
 * the first start. Everything is checked as a running one checks it, and nothing is written beside the copy. WEIR-2007 where the
 * metadata lies in PostgreSQL, or the tables are in another catalog: only a running one asks there. WEIR-2023 as at a start.
 */
export async function planStopped(project: Project, dataDirectory: string, projectDirectory: string): Promise<Plan> {
  const { settings } = project
  if (settings.tables !== undefined)
    throw new WeirError(
      'WEIR-2007',
      `Weir is not running on ${dataDirectory}, and its tables are in the catalog at ${settings.tables.catalog}, which only a running one asks. Start it with weir up`,
    )
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'weir-plan-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const metadata = await metadataAsLeft(project, dataDirectory, folder)
  stack.defer(() => metadata.close())
  const folders = { root: dataDirectory, lake: join(dataDirectory, 'lake') }
  const place = lakePlaceOf(settings.objects, folders, projectDirectory)
  await refuseOtherPlace(place, { root: dataDirectory, pointers: metadata.pointers, files: nodeFiles })
  const objects = await openLake(place, 'plan')
  const tables = tablesAsLeft(metadata, objects)
  const logger = createLogger('plan', 'warn')
  const crawls = onlyToPlan<CrawlService>({
    checkBucket: (crawler, location, isDeclared) => void bucketAccessOf(crawler, location, settings, isDeclared),
  })
  const streams = createStreamService(
    onlyToPlan<StreamsPlace>({ showsOthers: settings.streams?.bootstrap === undefined }),
  )
  const services = onlyToPlan<ReconcileServices>({ streams, tables, views: viewChecks(folder, objects, stack), crawls })
  const catalog = catalogRelations({ pointers: metadata.pointers, tables, logger })
  const current = (await metadata.resources.list({})) as readonly Resource[]
  const steps = await planProject({ kinds, services, catalog }, project.resources, current)
  return { project: project.name, changes: steps.map(({ change }) => change) }
}

/** Of a copy: opening it migrates it, and who runs it next may be an older Weir. */
async function metadataAsLeft({ settings }: Project, dataDirectory: string, folder: string): Promise<Metadata> {
  const place = existsSync(dataDirectory) ? await readMetadataPlace(dataDirectory, nodeFiles) : undefined
  if (place?.in === 'postgres' || settings.metadata !== undefined)
    throw new WeirError(
      'WEIR-2007',
      `Weir is not running on ${dataDirectory}, and its metadata lies in PostgreSQL, which only a running one reads. Start it with weir up`,
    )
  const copy = join(folder, 'metadata.db')
  const left = join(dataDirectory, 'metadata.db')
  if (existsSync(left)) await copySqlite(left, copy)
  return openMetadata(copy)
}

function tablesAsLeft({ pointers }: Metadata, objects: ObjectStore): TableService {
  return onlyToPlan<TableService>({
    async load(table) {
      const metadataLocation = await pointers.tablePointer({ namespace: [table.namespace], name: table.name })
      if (metadataLocation === undefined) return undefined
      const text = (await objects.get(metadataLocation)).toString('utf8')
      return describeTable(table, { metadataLocation, metadata: parseMetadata(text, metadataLocation) })
    },
  })
}

/** By an engine of its own, that is started with the first view. */
function viewChecks(folder: string, objects: ObjectStore, stack: AsyncDisposableStack): ViewService {
  let started: ReturnType<typeof start> | undefined
  const start = async () => {
    const { startEngine } = await import('../../sql/engine/start-engine.ts')
    const engine = await startEngine(
      {
        listen: { socketPath: join(folder, 'engine.sock') },
        memoryLimitBytes: engineBytes,
        threads: 1,
        temporaryDirectory: join(folder, 'spill'),
        linkDirectory: join(folder, 'links'),
        scratchDirectory: join(folder, 'writes'),
        objects,
      },
      onlyToPlan<EngineHost>({
        relations: async () => ({ relations: noRelations, holds: [] }),
        resolve: async () => 'other relations',
      }),
    )
    stack.defer(() => engine.stop({ deadlineMs: 0 }))
    return engine
  }
  return { check: async ({ sql, relations }) => (await (started ??= start())).describe(sql, relations) }
}

const noRelations: Relations = { version: 0, tables: [], views: [] }

/** A plan asks nothing else; if a kind comes to, its error says what it asked. */
function onlyToPlan<Ports extends object>(ports: Partial<Ports>): Ports {
  return new Proxy(ports, {
    get(target, name) {
      if (name in target) return target[name as keyof Ports]
      throw new WeirError(
        'WEIR-2007',
        `Weir is not running, and the plan asks for ${String(name)}. Start it with weir up`,
      )
    },
  }) as Ports
}
