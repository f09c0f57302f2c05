import { engineOf, ownEngineOption } from '../../../kernel/answering-engine.ts'
import type { Client as PgClient } from 'pg'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Principal } from '../../../access/principal.ts'
import type { Identities } from '../../access/identities.ts'
import type { SqlColumn, SqlOperations } from '../../operations.ts'
import { portError } from './port-error.ts'

const rowsBuffered = 2000

/** Queries of the HTTP API go by the PostgreSQL port like everybody's: one way in, one set of limits. */
export function createSqlOperations(
  address: () => { readonly host: string; readonly port: number; readonly password?: string },
  identities: Identities,
): SqlOperations {
  return {
    async query(sql, signal, principal, engine = 'project') {
      const { default: pg } = await import('pg')
      const client = new pg.Client({
        ...address(),
        ...loginOf(principal, identities),
        database: 'weir',
        application_name: 'http',
        ...(engine === 'own' ? { options: ownEngineOption } : {}),
      })
      client.on('error', () => undefined)
      const answering = engineOf(client)
      signal.addEventListener('abort', () => void client.end().catch(() => undefined), { once: true })
      await client.connect().catch((cause: Error) => {
        throw new WeirError('WEIR-2005', `the SQL engine does not answer: ${cause.message}`, { cause })
      })
      return runQuery(
        client,
        new pg.Query({ text: sql, rowMode: 'array', types } as never) as unknown as RowEvents,
        signal,
        answering,
      )
    },
  }
}

/** Whoever came in as a user goes on as one. */
function loginOf(principal: Principal | undefined, identities: Identities): { user: string; password?: string } {
  if (principal?.name === undefined) return { user: 'weir' }
  const identity = identities.get(principal.name)
  if (!identity) throw new WeirError('WEIR-7008', `there is no user "${principal.name}" who could log in`)
  return { user: identity.name, password: identity.password }
}

const plainNumber = (text: string): number | string => {
  const value = Number(text)
  return Number.isFinite(value) ? value : text
}
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  21: plainNumber,
  23: plainNumber,
  700: plainNumber,
  701: plainNumber,
}

/**
 * Booleans and numbers that JSON can hold are that; all else stays PostgreSQL's text. A JavaScript Date would cut microseconds and
 * read a timestamp without zone in that of the server.
 */
const types = {
  getTypeParser: (oid: number): ((text: string) => unknown) => parsers[oid] ?? ((text) => text),
}

interface RowEvents {
  on(event: 'row', listener: (row: unknown[], result: { fields: { name: string; dataTypeID: number }[] }) => void): void
  on(event: 'end', listener: (result: { fields: { name: string; dataTypeID: number }[] }) => void): void
  on(event: 'error', listener: (error: Error) => void): void
}

/** Resolves with the first rows, so that what is wrong with the statement is an error and not a broken stream. */
async function runQuery(
  client: PgClient,
  query: RowEvents,
  signal: AbortSignal,
  engine: () => string,
): ReturnType<SqlOperations['query']> {
  const notices: string[] = []
  client.on('notice', ({ message }) => notices.push(message ?? ''))
  const socket = (client as unknown as { connection: { stream: { pause(): void; resume(): void } } }).connection.stream
  let rows: unknown[][] = []
  let fields: { name: string; dataTypeID: number }[] = []
  let ended = false
  let failure: Error | undefined
  let wake = (): void => undefined
  query.on('row', (row, result) => {
    fields = result.fields
    rows.push(row)
    if (rows.length >= rowsBuffered) socket.pause()
    wake()
  })
  query.on('end', (result) => {
    if (fields.length === 0) fields = result.fields ?? []
    ended = true
    wake()
  })
  query.on('error', (error) => {
    failure = portError(error)
    wake()
  })
  client.query(query as never)
  const more = async (): Promise<void> => {
    while (rows.length === 0 && !ended && !failure && !signal.aborted)
      await new Promise<void>((resolve) => (wake = resolve))
    if (failure) throw failure
  }
  const close = (): Promise<void> => client.end().catch(() => undefined)
  await more().catch(async (error: unknown) => {
    await close()
    throw error
  })
  async function* batches(): AsyncGenerator<readonly (readonly unknown[])[]> {
    try {
      for (;;) {
        await more()
        if (rows.length === 0) return
        const batch = rows
        rows = []
        socket.resume()
        yield batch
      }
    } finally {
      await close()
    }
  }
  return { columns: fields.map(columnOf), batches: batches(), notices, engine: engine() }
}

const typeNames: Readonly<Record<number, string>> = {
  16: 'boolean',
  17: 'bytea',
  20: 'bigint',
  21: 'smallint',
  23: 'integer',
  25: 'text',
  114: 'json',
  700: 'real',
  701: 'double precision',
  1042: 'char',
  1043: 'varchar',
  1082: 'date',
  1083: 'time',
  1114: 'timestamp',
  1184: 'timestamptz',
  1186: 'interval',
  1700: 'numeric',
  2950: 'uuid',
}

function columnOf({ name, dataTypeID }: { readonly name: string; readonly dataTypeID: number }): SqlColumn {
  return { name, type: typeNames[dataTypeID] ?? 'text' }
}
