import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { prepareSchemaChange } from '../../src/lake/metadata/prepare-schema-change.ts'
import type { Schema } from '../../src/lake/types/type.ts'
import { startWeir } from '../support/running-weir.ts'

const ident = { namespace: ['public'], name: 'facts' }
const schema: Schema = {
  type: 'struct',
  'schema-id': 0,
  fields: [{ id: 1, name: 'c0', required: false, type: 'long' }],
}

void test('a query sees each commit that was answered before it, over connections that looked before it', async () => {
  await using weir = await startWeir('freshness')
  const catalog = connectCatalog({ uri: weir.endpoints.iceberg })
  await catalog.ensureNamespace(['public'])
  const clients = await Promise.all([1, 2].map(() => connect(weir.endpoints.postgres)))
  const [client, other] = clients as [pg.Client, pg.Client]
  try {
    await assert.rejects(client.query('select * from facts'), { code: '42P01' })
    await catalog.createTable(['public'], { name: 'facts', schema })
    await client.query('select * from facts')
    for (let n = 1; n <= 8; n++) {
      const { metadata } = await catalog.loadTable(ident)
      // The other connection's questions are on their way while the table changes.
      const asking = askOften(other, 5)
      const { outcome } = await catalog.commitTable(
        ident,
        prepareSchemaChange(metadata, [{ name: `c${n}`, type: 'long' }]),
      )
      assert.equal(outcome, 'committed')
      const { fields } = await client.query(`select *, c${n} as newest from facts where c${n} is null or c${n} > $1`, [
        n,
      ])
      assert.equal(fields.length, n + 2)
      await asking
    }
    await catalog.dropTable(ident)
    await assert.rejects(client.query('select * from facts'), { code: '42P01' })
  } finally {
    await Promise.all(clients.map((each) => each.end()))
  }
})

async function askOften(client: pg.Client, count: number): Promise<void> {
  for (let asked = 0; asked < count; asked++) await client.query('select * from facts')
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return client
}
