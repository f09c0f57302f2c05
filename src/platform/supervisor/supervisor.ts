import { openChangeCount } from '../../kernel/change-count.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { createCatalog } from '../../lake/catalog/create-catalog.ts'
import { startPostgresPort } from '../../sql/relay/start-postgres-port.ts'
import { openMetadata } from '../../storage/metadata/metadata.ts'
import { openObjectStore } from '../../storage/objects/open.ts'
import { createLazySchemaRegistry } from '../../stream/registry/lazy-schema-registry.ts'
import type { ListenerSettings } from '../project/stream-settings.ts'
import { createControlPlane } from '../control/create-control-plane.ts'
import { applyWithoutDestruction, noticesOf, settleWithin, troublesAtStart } from './apply-at-start.ts'
import { choosePorts, type Ports } from './choose-ports.ts'
import { listenersOf } from './listeners.ts'
import { openDataDirectory, type DataDirectory } from './data-directory.ts'
import { removeEndpoints, writeEndpoints, type Endpoints } from './endpoints.ts'
import { observedPointers } from './observed-pointers.ts'
import { mustBeOwnAddress } from './must-be-own-address.ts'
import { ownMetadata, refuseOtherMetadata } from './metadata-place.ts'
import { createOperations } from './operations/create-operations.ts'
import { defaultIntervals } from './maintenance/due-task.ts'
import { runTableMaintenance } from './maintenance/table-maintenance.ts'
import { openProcessLogs } from './process-logs.ts'
import { runProcesses } from './processes.ts'
import { refuseOpenPorts } from './refuse-open-ports.ts'
import { finishDrops, leftRemover } from './services/interrupted-drops.ts'
import { createServices } from './services/create-services.ts'
import type { Supervisor, SupervisorOptions } from './supervisor-options.ts'

const settleMs = 20_000

/**
 * Starts Weir on a data directory and returns when every endpoint answers. What was started is stopped again, in the
 * opposite order, when a later step fails. WEIR-2001 when another Weir holds the directory, 2003 for a busy port, 2006 for
 * a format that is not known, 2009 for an address of another machine, 2008 for an open address without authentication.
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  await mustBeOwnAddress(options.host, `--host ${options.host}`)
  for (const { name, host } of listenersOf(options.project))
    await mustBeOwnAddress(host, `streams.listeners.${name}.host ${host}`)
  refuseOpenPorts(options)
  await using stack = new AsyncDisposableStack()
  const places = await openDataDirectory(options.dataDirectory, nodeFiles)
  stack.defer(() => places.release())
  const started = await startParts(options, places, stack)
  const running = stack.move()
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    // First of all, so that the file never names what does not answer any more (INV-P3).
    removeEndpoints(places.root)
    return running.disposeAsync()
  }
  return {
    ...started,
    stop: () => (stopping ??= stop()),
    kill() {
      removeEndpoints(places.root)
      started.kill()
    },
  }
}

type Started = Pick<Supervisor, 'endpoints' | 'control' | 'notices' | 'kill'>

/** In this order, because each needs those before it; stopped in the opposite one: relay, workers, engine, log, HTTP. */
async function startParts(
  options: SupervisorOptions,
  places: DataDirectory,
  stack: AsyncDisposableStack,
): Promise<Started> {
  const { project, host } = options
  const ports = await choosePorts({ ...options, listeners: listenersOf(project) })
  const logs = openProcessLogs(places.logs)
  stack.defer(() => logs.close())
  const { logger } = logs
  await refuseOtherMetadata(places.root, project.settings.metadata, nodeFiles)
  const owner = await ownMetadata(project.settings.metadata, places.root, logger)
  stack.defer(() => owner?.release())
  const metadata = await openMetadata(project.settings.metadata ?? places.metadata)
  stack.defer(() => metadata.close())
  const pointers = observedPointers(metadata.pointers, ({ namespace, name }) =>
    control.tableChanged(namespace.join('.'), name),
  )
  const warehouse = `file://${places.lake}`
  const objects = openObjectStore({ roots: [warehouse], files: nodeFiles })
  const removeLeft = leftRemover(metadata.pointers, objects)
  await finishDrops(places.drops, nodeFiles, removeLeft)
  const catalog = createCatalog({ pointers, objects, warehouse })
  const changes = openChangeCount(places.run)
  stack.defer(() => changes.close())
  const processes = runProcesses({
    ...options,
    changes,
    places,
    ports,
    logs,
    pointers,
    epochs: metadata.epochs,
    adoptions: metadata.adoptions,
    relations: () => control.relations(),
    onSecurityChange: ({ kind, action, name, actor, host: from, detail }) =>
      control.record({ kind, action, name, actor, detail: { ...detail, host: from } }).then(() => null),
  })
  // The log needs nothing of what follows, and takes longer: what fails in between ends it.
  stack.defer(() => processes.kill())
  const logReady = processes.log.ready(logStartMs)
  logReady.catch(() => undefined)
  const services = createServices({ ...options, processes, ports, places, removeLeft })
  const control = createControlPlane({ metadata, services, clock: options.clock, logger })
  control.subscribe(() => changes.raise())
  const maintenance = runTableMaintenance({
    ...options,
    control,
    operator: processes.operator,
    runs: metadata.maintenanceRuns,
    catalogUri: services.catalogUri,
    warehouse,
    intervals: options.maintenance ?? defaultIntervals,
    logger,
  })
  stack.defer(() => maintenance.stop())
  let ready: Endpoints | undefined
  const schemaRegistry = createLazySchemaRegistry({ kafka: () => processes.kafka(), logger })
  const operations = createOperations({
    schemaRegistry,
    catalog: services.catalog,
    ...options,
    processes,
    control,
    places,
    ports,
    logger,
    endpoints: () => ready,
    maintenance,
  })
  stack.defer(() => operations.close())
  const http = await options.openHttp({
    host,
    port: ports.http,
    ...(options.token === undefined ? {} : { token: options.token }),
    control,
    catalog,
    operations,
    schemaRegistry,
    logger,
  })
  stack.defer(() => http.stop())
  stack.defer(() => processes.stop())
  stack.defer(() => schemaRegistry.close())
  // Before the processes: it would start again what is being stopped.
  stack.defer(() => control.stop())
  stack.defer(() => maintenance.stop())
  await logReady
  const relay = await startPostgresPort({
    host,
    port: ports.postgres,
    auth: options.password === undefined ? { kind: 'trust' } : { kind: 'scram', password: options.password },
    engine: () => processes.engine.socketPath(),
    reasonOfEnd: (path) => processes.engine.reasonOfEnd(path),
    logger,
  })
  stack.defer(() => relay.stop())
  control.start()
  const applied = await applyWithoutDestruction(control, project, 'weir up')
  await settleWithin(control, settleMs)
  const notices = [...places.notices, ...ports.notices, ...noticesOf(applied), ...(await troublesAtStart(control))]
  const endpoints = endpointsOf(options, ports)
  await writeEndpoints(places.root, { ...endpoints, log: processes.bootstrap })
  ready = endpoints
  for (const notice of notices) logger.warn(notice)
  logger.info({ endpoints }, 'ready')
  return {
    endpoints,
    control,
    notices,
    kill: () => processes.kill(),
  }
}

/** Recovery reads the last segments of every partition. */
const logStartMs = 120_000
function endpointsOf({ host, clock, project }: SupervisorOptions, ports: Ports): Endpoints {
  const http = `http://${urlHost(host)}:${ports.http}`
  return {
    kafka: kafkaEndpoint(listenersOf(project)[0]!, ports.kafka),
    postgres: `postgres://weir@${urlHost(host)}:${ports.postgres}/weir`,
    http,
    iceberg: `${http}/iceberg`,
    pid: process.pid,
    started: new Date(clock.now()).toISOString(),
  }
}

/** Of the first listener, as clients are told. */
function kafkaEndpoint({ host, advertisedHost, advertisedPort }: ListenerSettings, port: number): string {
  return `${urlHost(advertisedHost ?? host)}:${advertisedPort ?? port}`
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
