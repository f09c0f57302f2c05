import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { fixedRelations, knownRelations } from '../bind/known-relations.ts'
import { indexRelations } from '../bind/relation-index.ts'
import { blankDatabase } from '../blank/blank-database.ts'
import { statementFilters } from '../blank/statement-filters.ts'
import type { Duckdb } from '../duckdb/duckdb.ts'
import { openDuckdb } from '../duckdb/open.ts'
import type { EngineHost, SessionPrincipal } from '../engine-host.ts'
import { exactMacros, exactSchema } from '../catalog/exact-numeric.ts'
import { seriesMacros } from '../catalog/rewrite-series.ts'
import { textMacros } from '../catalog/rewrite-text-functions.ts'
import { createCatalogStore } from '../catalog/catalog-store.ts'
import { createAnalyzer } from '../gate/analyze.ts'
import { statementOf } from '../gate/statement.ts'
import { sessionFacts } from '../session/session-facts.ts'
import { createSettings } from '../session/settings.ts'
import { createSessionQueries } from '../session/session-queries.ts'
import { sessionStatements } from '../session/session-statements.ts'
import { attachSessionViews } from '../bind/session-views.ts'
import { resolveTables } from '../snapshot/resolve-tables.ts'
import type { TablePlanner } from '../snapshot/table-plan.ts'
import { statementTurns } from '../write/alone/statement-turns.ts'
import { tablePlanner } from '../snapshot/table-planner.ts'
import { createTrinoClient } from '../trino/trino-client.ts'
import type { Engine, EngineConfig } from './engine.ts'
import { serveClient } from './serve-client.ts'
import type { EngineServices } from './services.ts'
import { createSessionRegistry } from './session-registry.ts'

/** Opens DuckDB and listens. Rejects when the address is taken. */
export async function startEngine(
  config: EngineConfig,
  host: EngineHost,
  planner: TablePlanner = tablePlanner(config),
): Promise<Engine> {
  mkdirSync(config.temporaryDirectory, { recursive: true, mode: 0o700 })
  // Of engines that were killed.
  rmSync(config.scratchDirectory, { recursive: true, force: true })
  const services = await openServices(config, host, planner)
  const registry = createSessionRegistry()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    void serveClient(socket, services, registry)
  })
  const address = await listen(server, config.listen)
  return {
    address,
    status: () => registry.counts,
    describe: (sql, relations) =>
      describeQuery(relations ? { ...services, relations: fixedRelations(indexRelations(relations)) } : services, sql),
    async stop({ deadlineMs }) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const until = Date.now() + deadlineMs
      while (registry.counts.running > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
      registry.cancelAll()
      for (const socket of sockets) socket.destroySoon()
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1000).unref())])
      for (const socket of sockets) socket.destroy()
      services.blank.close()
      services.duckdb.close()
    },
  }
}

/** Where DuckDB leaves the choice: nulls come last, and first when the order is turned round. */
const asPostgres = { default_null_order: 'nulls_last_on_asc_first_on_desc' }

async function openServices(config: EngineConfig, host: EngineHost, planner: TablePlanner): Promise<EngineServices> {
  const duckdb = await openDuckdb({ ...config, keepsFooters: true, settings: asPostgres })
  const database = config.database ?? 'weir'
  const ownSchemas = new Set<string>([exactSchema])
  await createExactMacros(duckdb)
  const blank = blankDatabase((isOff) => openBlank(config, duckdb, isOff))
  const analyzer = await createAnalyzer(await duckdb.connect(), ownSchemas)
  const shared = {
    duckdb,
    analyzer,
    resolve: resolveTables(host),
    planner,
    ownSchemas,
    database,
    blank,
    filters: statementFilters(blank),
    turns: statementTurns(host),
    scratchDirectory: config.scratchDirectory,
    trino: config.trino && { config: config.trino, client: createTrinoClient(config.trino) },
  }
  const known = new Map<SessionPrincipal, EngineServices>()
  const of = (principal: SessionPrincipal): EngineServices => {
    const services = known.get(principal) ?? {
      ...shared,
      catalogs: createCatalogStore(() => duckdb.connect(), ownSchemas, database),
      relations: knownRelations(host, principal),
      host: hostFor(host, principal),
      for: of,
    }
    known.set(principal, services)
    return services
  }
  return of(null)
}

/** What a session asks, it asks as its principal. */
function hostFor(host: EngineHost, principal: SessionPrincipal): EngineServices['host'] {
  return {
    flush: (table) => host.flush(table),
    commit: (request) => host.commit({ ...request, principal }),
    define: (request) => host.define({ ...request, principal }),
    stage: (request) => host.stage({ ...request, principal }),
  }
}

/** Plans need little memory; what a statement computes while it is planned is held to this. */
const blankBytes = 64e6

/** It plans like the engine's own, as far as it plans. */
async function openBlank(
  { temporaryDirectory }: EngineConfig,
  own: Duckdb,
  isOff: (optimizer: string) => boolean,
): Promise<Duckdb> {
  const optimizers = (await own.query('SELECT name FROM duckdb_optimizers()')).map(({ name }) => String(name))
  const duckdb = await openDuckdb({
    memoryLimitBytes: blankBytes,
    threads: 1,
    temporaryDirectory,
    settings: { ...asPostgres, disabled_optimizers: optimizers.filter(isOff).join(',') },
  })
  await createExactMacros(duckdb)
  return duckdb
}

async function createExactMacros(duckdb: Duckdb): Promise<void> {
  await duckdb.query(`ATTACH ':memory:' AS ${exactSchema}`)
  for (const macro of [...exactMacros, ...textMacros, ...seriesMacros])
    await duckdb.query(`CREATE MACRO ${exactSchema}.${macro}`)
}

async function describeQuery(services: EngineServices, sql: string) {
  const connection = await services.duckdb.connect()
  const views = await attachSessionViews(connection)
  const settings = createSettings({})
  const facts = sessionFacts(services.database, settings, 0)
  const queries = createSessionQueries(sessionStatements(services, settings, views, facts, () => undefined))
  try {
    const { columns } = await queries.describe(statementOf(sql), [])
    return columns.map(({ name, type }) => ({ name, type: type.duckdb.toString() }))
  } finally {
    await queries.close()
    await views.detach()
    connection.closeSync()
  }
}

async function listen(server: Server, where: EngineConfig['listen']): Promise<Engine['address']> {
  if ('socketPath' in where) {
    mkdirSync(dirname(where.socketPath), { recursive: true, mode: 0o700 })
    rmSync(where.socketPath, { force: true })
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen('socketPath' in where ? { path: where.socketPath } : { port: where.port, host: '127.0.0.1' }, () =>
      resolve(),
    )
  })
  if (!('socketPath' in where)) return { port: (server.address() as AddressInfo).port }
  chmodSync(where.socketPath, 0o600)
  return where
}
