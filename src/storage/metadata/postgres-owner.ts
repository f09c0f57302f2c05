import type { Client } from 'pg'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { named, placeOfPostgres } from './postgres.ts'

/** Any number that others would not choose: "Weir" and "own" as bytes. */
const lockKey = [0x57656972, 0x6f776e] as const
const retryMs = 1_000

export interface PostgresOwner {
  release(): Promise<void>
}

export interface OwnerOptions {
  /** Shown to whoever is refused: at most 63 bytes. */
  readonly name: string
  /** Another took the database while the connection was gone; what this process knows is no longer all there is. */
  readonly onTaken: (error: WeirError) => void
}

/**
 * Makes a metadata database belong to one Weir at a time, for as long as a connection of its own lives: PostgreSQL's advisory lock
 * goes with the connection. A connection that breaks is opened anew. WEIR-2001 names the holder, WEIR-8006 when nobody answers.
 */
export async function ownPostgres(url: string, { name, onTaken }: OwnerOptions): Promise<PostgresOwner> {
  const { default: pg } = await import('pg')
  let client: Client | undefined
  let retry: NodeJS.Timeout | undefined
  let released = false

  async function take(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: name, keepAlive: true })
    next.on('error', () => undefined)
    next.once('end', () => again())
    await next.connect().catch(named(url))
    const { rows } = await next.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [...lockKey])
    if (rows[0]?.taken !== true) {
      const holder = await holderOf(next)
      next.removeAllListeners('end')
      await next.end()
      throw new WeirError(
        'WEIR-2001',
        `the metadata database at ${placeOfPostgres(url)} is in use by ${holder}. Stop it, or give this project a database of its own`,
      )
    }
    client = next
  }

  function again(): void {
    if (released || retry) return
    retry = setTimeout(() => {
      retry = undefined
      take().catch((error: unknown) => {
        if (error instanceof WeirError && error.code === 'WEIR-2001') onTaken(error)
        else again()
      })
    }, retryMs)
    retry.unref()
  }

  await take()
  return {
    async release() {
      released = true
      clearTimeout(retry)
      await client?.end().catch(() => undefined)
    },
  }
}

async function holderOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string; since: Date }>(
    `select a.application_name as name, a.backend_start as since from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.classid = $1 and l.objid = $2
       and l.database = (select oid from pg_database where datname = current_database())`,
    [...lockKey],
  )
  return rows[0] ? `${rows[0].name}, since ${rows[0].since.toISOString()}` : 'another Weir'
}
