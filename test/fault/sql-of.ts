import pg from 'pg'
import { eventually } from '../support/deadline.ts'
import type { RestartableWeir } from './restartable-weir.ts'

/** Rows of one statement over a connection of its own: the engine may have been killed, or be killed now. */
export async function sqlOf<Row extends object>(weir: RestartableWeir, statement: string): Promise<readonly Row[]> {
  const client = new pg.Client({ host: '127.0.0.1', port: weir.ports.postgres, user: 'weir', database: 'weir' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(statement)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** How often each id is in a table; asked until SQL answers. */
export async function timesById(weir: RestartableWeir, table: string): Promise<ReadonlyMap<number, number>> {
  const rows = await eventually(`the ids of ${table} from SQL`, () =>
    sqlOf<{ id: string; n: string }>(weir, `select id, count(*) as n from ${table} group by id`),
  )
  return new Map(rows.map(({ id, n }) => [Number(id), Number(n)]))
}
