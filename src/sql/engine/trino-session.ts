import { embeddedEngine, engineSetting, ownEngineOption } from '../../kernel/answering-engine.ts'
import type { SessionViews } from '../bind/session-views.ts'
import type { SessionFacts } from '../catalog/rewrite-session.ts'
import { createSessionQueries } from '../session/session-queries.ts'
import { sessionStatements } from '../session/session-statements.ts'
import type { SessionSettings } from '../session/settings.ts'
import type { SessionPrincipal } from '../engine-host.ts'
import { sqlError } from '../sql-error.ts'
import { refusedWrites } from '../trino/refused-writes.ts'
import { engineName, type TrinoConfig } from '../trino/trino-config.ts'
import { createTrinoQueries } from '../trino/trino-queries.ts'
import type { QueryService } from '../wire/query-service.ts'
import type { WriteService } from '../wire/write-service.ts'
import type { EngineServices } from './services.ts'

/** What a session has otherwise where Trino answers. */
export const trinoSettings = (config: TrinoConfig): Readonly<Record<string, string>> => ({
  [engineSetting]: engineName(config),
  search_path: config.schema,
})

/**
 * The Trino that answers a session: that of the project, unless the client begins it with `options` that say `-c weir.engine=DuckDB`.
 * WEIR-6002 (22023) for another; WEIR-6004 (42501) for a user whom policies bind, which Trino knows nothing of (INV-A3).
 */
export function chosenTrino(
  trino: EngineServices['trino'],
  { options = '' }: Readonly<Record<string, string>>,
  principal: SessionPrincipal,
): EngineServices['trino'] {
  const [, wanted] = /(?:-c\s*|--)weir\.engine=(\S+)/i.exec(options) ?? []
  if (wanted?.toLowerCase() === embeddedEngine.toLowerCase()) return undefined
  if (wanted === undefined || (trino && wanted.toLowerCase() === 'trino')) {
    if (trino && principal !== null && !principal.startsWith('administrator:'))
      throw boundByPolicies(engineName(trino.config), principal)
    return trino
  }
  throw sqlError('WEIR-6002', `no engine "${wanted}" answers here`, {
    sqlstate: '22023',
    hint: `There ${trino ? `are ${embeddedEngine} and Trino` : `is ${embeddedEngine}`}.`,
  })
}

interface SessionParts {
  readonly settings: SessionSettings
  readonly views: SessionViews
  readonly facts: SessionFacts
}

/** A session whose queries Trino answers; DuckDB answers for the stand-ins of PostgreSQL's catalog, and for nothing else. */
export function trinoSession(
  services: EngineServices,
  { config, client }: NonNullable<EngineServices['trino']>,
  { settings, views, facts }: SessionParts,
): { readonly queries: QueryService; readonly writes: WriteService } {
  const name = engineName(config)
  const catalogOnly = { ...services, resolve: () => Promise.reject(besideCatalog(name)) }
  const own = createSessionQueries(sessionStatements(catalogOnly, settings, views, facts, () => undefined))
  const { relations, resolve, analyzer } = services
  const columnNames = (text: string) => analyzer.columnNames(text)
  return {
    queries: createTrinoQueries({ client, config, settings, own, relations, resolve, columnNames }),
    writes: refusedWrites(name),
  }
}

function boundByPolicies(name: string, principal: string): Error {
  return sqlError(
    'WEIR-6004',
    `${name} answers administrators only: it does not know what policies allow ${principal}`,
    {
      sqlstate: '42501',
      hint: `Begin the session with the embedded engine: PGOPTIONS='${ownEngineOption}'.`,
    },
  )
}

function besideCatalog(name: string): Error {
  return sqlError(
    'WEIR-6001',
    `a statement reads PostgreSQL's catalog or tables of the project, not both: ${name} reads the tables`,
    {
      sqlstate: '0A000',
      hint: 'Ask in two statements.',
    },
  )
}
