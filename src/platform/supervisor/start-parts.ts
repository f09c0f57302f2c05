import { engineNotices } from './engine-notices.ts'
import { openChangeCount, type ChangeCount } from '../../kernel/change-count.ts'
import { startPostgresPort } from '../../sql/relay/start-postgres-port.ts'
import { createLazySchemaRegistry } from '../../stream/registry/lazy-schema-registry.ts'
import type { TablePlace } from '../children/child-methods.ts'
import type { ControlPlane } from '../control/control-plane.ts'
import { createControlPlane } from '../control/create-control-plane.ts'
import { applyWithoutDestruction, noticesOf, settleWithin, troublesAtStart } from './apply-at-start.ts'
import { choosePorts, type Ports } from './choose-ports.ts'
import type { DataDirectory } from './data-directory.ts'
import { withCrawledPointers } from './crawlers/crawled-pointers.ts'
import { runCrawlers, type RunningCrawlers } from './crawlers/run-crawlers.ts'
import { writeEndpoints, type Endpoints } from './endpoints.ts'
import { accessOf } from '../access/access-of.ts'
import { type Identities, readIdentities, sessionPrincipal } from '../access/identities.ts'
import { createSecretService } from '../kinds/secret/read-secret.ts'
import { endpointsOf, listenerOf } from './endpoints-of.ts'
import { createJoinedWorkers } from './joined/joined-workers.ts'
import { listenersOf } from './listeners.ts'
import { defaultIntervals } from './maintenance/due-task.ts'
import { deltaCheckpoints } from './maintenance/delta-checkpoints.ts'
import { runTableMaintenance, type DeclaredTableMaintenance } from './maintenance/table-maintenance.ts'
import { openStores, type Stores } from './open-stores.ts'
import { createOperations } from './operations/create-operations.ts'
import { openProcessLogs, type ProcessLogs } from './process-logs.ts'
import { runProcesses, type Processes } from './processes.ts'
import { tableDefinitions } from './services/table-definitions.ts'
import { createServices, type Services } from './services/create-services.ts'
import { openStreams } from './streams/open-streams.ts'
import type { Supervisor, SupervisorOptions } from './supervisor-options.ts'

type Started = Pick<Supervisor, 'endpoints' | 'control' | 'notices' | 'kill'>

interface Parts {
  readonly options: SupervisorOptions
  readonly places: DataDirectory
  readonly ports: Ports
  readonly logs: ProcessLogs
  readonly stores: Stores
  readonly changes: ChangeCount
  readonly identities: Identities
  readonly processes: Processes
  readonly services: Services
  readonly control: ControlPlane
  readonly catalogPlace: Omit<TablePlace, 'namespace' | 'name'>
  readonly maintenance: DeclaredTableMaintenance
  readonly crawlers: RunningCrawlers
}

const settleMs = 20_000
/** What needs no streams is soon there, and the rest is not awaited. */
const settleWithoutStreamsMs = 2000

/** In this order, because each needs those before it; stopped in the opposite one: relay, workers, engine, log, HTTP. */
export async function startParts(
  options: SupervisorOptions,
  places: DataDirectory,
  stack: AsyncDisposableStack,
): Promise<Started> {
  const parts = await assemble(options, places, stack)
  const { control, processes } = parts
  // The log needs nothing of what follows, and takes longer: what fails in between ends it.
  stack.defer(() => processes.kill())
  const streamsReady = processes.streams.ready()
  streamsReady.catch(() => undefined)
  let ready: Endpoints | undefined
  await serveHttp(parts, () => ready, stack)
  // Before the processes: it would start again what is being stopped.
  stack.defer(() => control.stop())
  stack.defer(() => parts.maintenance.stop())
  stack.defer(() => parts.crawlers.stop())
  const streamsAnswer = await streamsReady
  await servePostgres(parts, stack)
  const notices = await applyProject(parts, streamsAnswer ? settleMs : settleWithoutStreamsMs)
  const endpoints = endpointsOf(options, parts.ports)
  await writeEndpoints(places.root, { ...endpoints, streams: processes.streams.access })
  ready = endpoints
  const { logger } = parts.logs
  for (const notice of notices) logger.warn(notice)
  logger.info({ endpoints }, 'ready')
  return { endpoints, control, notices, kill: () => processes.kill() }
}

/** Opens what is durable and puts the rest together; no process runs yet that anybody waits for. */
async function assemble(
  options: SupervisorOptions,
  places: DataDirectory,
  stack: AsyncDisposableStack,
): Promise<Parts> {
  const { project } = options
  const ports = await choosePorts({ ...options, listeners: listenersOf(project) })
  const logs = openProcessLogs(places.logs)
  stack.defer(() => logs.close())
  const { logger } = logs
  const identities = await readIdentities(project.settings.users, createSecretService(options.projectDirectory))
  const stores = await openStores(
    options,
    places,
    logger,
    {
      onMoved: ({ namespace, name }) => control.tableChanged(namespace.join('.'), name),
      onCheckpointDue: (table) => checkpoints.due(table),
    },
    stack,
  )
  const { metadata, tables, isShared, followsLog, locationOf, lake, removeLeft } = stores
  const changes = openChangeCount(places.run)
  stack.defer(() => changes.close())
  const streams = await openStreams({
    ...options,
    places,
    ports,
    logs,
    onSecurityChange: ({ kind, action, name, actor, host: from, detail }) =>
      control.record({ kind, action, name, actor, detail: { ...detail, host: from } }).then(() => null),
  })
  const joined = createJoinedWorkers({ runDirectory: places.run, listener: listenerOf(project, ports), logger })
  const processes = runProcesses({
    ...options,
    joined,
    changes,
    places,
    lake,
    logs,
    streams,
    pointers: withCrawledPointers(tables, metadata.crawls),
    isShared,
    followsLog,
    epochs: metadata.epochs,
    adoptions: metadata.adoptions,
    relations: () => control.relations(),
    policies: () => control.policies(),
    identities,
    catalogUri: `http://127.0.0.1:${ports.http}/iceberg`,
    definitions: {
      define: (request) => definitions.define(request),
      stage: (request) => definitions.stage(request),
    },
  })
  const services = createServices({
    ...options,
    processes,
    ports,
    places,
    removeLeft,
    lake,
    objects: stores.objects,
    crawls: metadata.crawls,
    tableChanged: (schema, name) => control.tableChanged(schema, name),
    ...(locationOf === undefined ? {} : { locationOf }),
  })
  const control = createControlPlane({ metadata, tables, services, clock: options.clock, logger })
  control.subscribe(() => changes.raise())
  const { catalogUri } = services
  const { token } = options
  const catalogPlace = { catalogUri, lake, ...(token === undefined ? {} : { catalogToken: token }) }
  const definitions = tableDefinitions(services, control)
  const checkpoints = deltaCheckpoints({ operator: processes.operator, catalogPlace, logger })
  stack.defer(() => checkpoints.stop())
  const maintenance = runTableMaintenance({
    ...options,
    control,
    operator: processes.operator,
    runs: metadata.maintenanceRuns,
    catalogPlace,
    intervals: options.maintenance ?? defaultIntervals,
    logger,
  })
  stack.defer(() => maintenance.stop())
  const crawlers = runCrawlers({
    ...options,
    control,
    operator: processes.operator,
    crawls: metadata.crawls,
    lake,
    settings: project.settings,
    journals: places.crawlers,
    logger,
  })
  stack.defer(() => crawlers.stop())
  return {
    options,
    places,
    ports,
    logs,
    stores,
    changes,
    identities,
    processes,
    services,
    control,
    catalogPlace,
    maintenance,
    crawlers,
  }
}

async function serveHttp(
  parts: Parts,
  endpoints: () => Endpoints | undefined,
  stack: AsyncDisposableStack,
): Promise<void> {
  const { options, places, ports, logs, stores, processes, services, control, catalogPlace, maintenance, crawlers } =
    parts
  const { identities } = parts
  const { host, token } = options
  const { logger } = logs
  const schemaRegistry = createLazySchemaRegistry({ kafka: () => processes.streams.kafka(), logger })
  const operations = createOperations({
    ...options,
    identities,
    schemaRegistry,
    catalog: services.catalog,
    processes,
    control,
    places,
    ports,
    logger,
    endpoints,
    catalogPlace,
    maintenance,
    crawlers,
    crawls: stores.metadata.crawls,
    objects: stores.objects,
  })
  stack.defer(() => operations.close())
  const http = await options.openHttp({
    host,
    port: ports.http,
    ...(token === undefined ? {} : { token }),
    control,
    catalog: stores.catalog,
    access: { identities, accessOf: async (principal) => accessOf(await control.policies(), principal) },
    operations,
    acceptWorker: (connection, head) => processes.joined.accept(connection, head),
    schemaRegistry,
    logger,
  })
  stack.defer(() => http.stop())
  stack.defer(() => processes.stop())
  stack.defer(() => schemaRegistry.close())
}

async function servePostgres(
  { options, ports, logs, processes, identities }: Parts,
  stack: AsyncDisposableStack,
): Promise<void> {
  const { host, password } = options
  const relay = await startPostgresPort({
    host,
    port: ports.postgres,
    auth: password === undefined ? { kind: 'trust' } : { kind: 'scram', password },
    users: new Map(
      [...identities].map(([name, { password: own, principal }]) => [
        name,
        { password: own, principal: sessionPrincipal(principal) },
      ]),
    ),
    engine: () => processes.engine.socketPath(),
    reasonOfEnd: (path) => processes.engine.reasonOfEnd(path),
    logger: logs.logger,
  })
  stack.defer(() => relay.stop())
}

/** Who needs no password is an administrator: then policies bind nobody who does not want to be bound. */
function policyNotices({ token, password }: SupervisorOptions, policies: readonly unknown[]): readonly string[] {
  const open = [...(token === undefined ? ['WEIR_TOKEN'] : []), ...(password === undefined ? ['WEIR_PASSWORD'] : [])]
  if (policies.length === 0 || open.length === 0) return []
  return [
    `policies bind only users who log in by their names: without ${open.join(' and ')} everybody else of this machine is an administrator. Set ${open.length > 1 ? 'them' : 'it'}`,
  ]
}

/** What to tell who looks at the start. */
async function applyProject(
  { options, places, stores, ports, control }: Parts,
  patienceMs: number,
): Promise<readonly string[]> {
  control.start()
  const applied = await applyWithoutDestruction(control, options.project, 'weir up')
  await settleWithin(control, patienceMs)
  return [
    ...options.project.notices,
    ...places.notices,
    ...stores.notices,
    ...ports.notices,
    ...noticesOf(applied),
    ...policyNotices(options, await control.policies()),
    ...(await engineNotices(options)),
    ...(await troublesAtStart(control)),
  ]
}
