import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { connectApi } from '../../src/cli/weir-client.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { eventually } from '../support/deadline.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const changes = stream('changes', { partitions: 2, value: 'json' })
const counters = table('counters', { columns: { id: 'long', n: 'long' }, key: ['id'] })
export default defineProject({
  name: 'contended',
  resources: [changes, counters, delivery('load', { from: changes, to: counters, flush: { age: '1 s' } })],
})
`

void test('INV-W9: 8 sessions UPDATE, MERGE, INSERT and DELETE in a table with a key that a delivery fills: none is refused, and all of it is there once', async () => {
  await using weir = await restartableWeir('contended', { project })
  await weir.start()
  const clients = await Promise.all(Array.from({ length: 8 }, () => connected(weir)))
  try {
    await clients[0]!.query('insert into counters (id, n) values (1, 0)')
    const delivered = deliver(weir)
    const own = (at: number): number => 1000 + at
    await Promise.all(
      clients.map(async (client, at) => {
        for (let round = 0; round < 3; round++) {
          const counts = [
            await client.query('update counters set n = n + 1 where id = 1'),
            await client.query(`merge into counters t using (values (2)) s(id) on t.id = s.id
              when matched then update set n = t.n + 1 when not matched then insert (id, n) values (s.id, 1)`),
            await client.query('insert into counters (id, n) values ($1, 1)', [own(at)]),
            await client.query('delete from counters where id = $1', [own(at)]),
          ].map(({ rowCount }) => rowCount)
          assert.deepEqual(counts, [1, 1, 1, 1])
        }
      }),
    )
    const last = await delivered.stop()
    await eventually('the rows of all', async () => {
      const { rows } = await clients[0]!.query('select id, n from counters order by id')
      assert.deepEqual(rows, [
        { id: '1', n: '24' },
        { id: '2', n: '24' },
        ...Array.from({ length: deliveredKeys }, (_, at) => ({ id: String(100 + at), n: String(last) })),
      ])
      return true
    })
    assert.ok(last > 3, `only ${last} rounds were delivered meanwhile`)
    const { stdout } = await weir.command('verify', '--json')
    assert.doesNotMatch(stdout, /"verdict":\s*"no"/)
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
})

const deliveredKeys = 20

/** Puts rising values of some keys into the stream until it is stopped; gives the last value. */
function deliver(weir: RestartableWeir): { stop(): Promise<number> } {
  const api = connectApi(`http://127.0.0.1:${weir.ports.http}`)
  let [round, stopped] = [0, false]
  const running = (async () => {
    while (!stopped || round === 0) {
      round++
      const records = Array.from({ length: deliveredKeys }, (_, at) => ({
        key: JSON.stringify({ id: 100 + at }),
        value: JSON.stringify({ id: 100 + at, n: round }),
      }))
      await api.call('POST', '/api/v1/streams/changes/records', { records })
      await pause(250)
    }
  })()
  return {
    async stop() {
      stopped = true
      await running
      return round
    },
  }
}

async function connected(weir: RestartableWeir): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port: weir.ports.postgres, user: 'weir', database: 'weir' })
  await client.connect()
  return client
}
