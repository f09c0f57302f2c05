import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, suite, test } from 'node:test'
import pg from 'pg'
import { table } from '../../src/index.ts'
import type { TableClient } from '../../src/platform/operations.ts'
import { governWeir, passwords, type GovernedWeir } from '../support/governed-weir.ts'

const mixed = table('Mixed-Case_1', { columns: { id: 'long', 'it\'s "one"': 'string' }, namespace: 'Sales-eu' })
const keyed = table('keyed', { columns: { id: { type: 'long', required: true }, name: 'string' }, key: ['id'] })
const delta = table('as_delta', { columns: { id: 'long', name: 'string' }, format: 'delta' })
/** One that SQL made, whatever it is called. */
const made = `it's "new"; $(id) \`id\` 漢字`

void suite('INV-CO9: the lines that read a table', { timeout: 120_000 }, () => {
  let weir: GovernedWeir

  before(async () => {
    weir = await governWeir([mixed, keyed, delta])
    for (const sql of [
      `insert into "Sales-eu"."Mixed-Case_1" values (1, 'a')`,
      `insert into keyed values (1, 'first'), (2, 'second')`,
      `insert into as_delta values (3, 'third')`,
      `create table ${quoted(made)} as select 4 as id, 'fourth' as name`,
    ])
      await weir.sql('weir', sql)
  })
  after(() => weir?.[Symbol.asyncDispose]())

  async function clientsOf(name: string, user?: string): Promise<readonly TableClient[]> {
    const basic = Buffer.from(`${user}:${passwords.user(user ?? '')}`).toString('base64')
    const headers = { authorization: user === undefined ? `Bearer ${passwords.token}` : `Basic ${basic}` }
    const response = await fetch(`${weir.http}/api/v1/tables/${encodeURIComponent(name)}/clients`, { headers })
    const text = await response.text()
    assert.equal(response.status, 200, text)
    return (JSON.parse(text) as { items: readonly TableClient[] }).items
  }

  /** Pastes the line into a shell, and asks as the psql of that line would. */
  async function runPsql(lines: readonly TableClient[], password: string): Promise<readonly unknown[]> {
    const { text } = lines.find(({ name }) => name === 'psql')!
    const script = `psql() { printf '%s\\0' "$PGPASSWORD" "$@"; }\n${text}`
    const env = { ...process.env, WEIR_PASSWORD: password }
    const output = execFileSync('sh', ['-c', script], { env, encoding: 'utf8' }).split('\0')
    const [shown, address, option, sql] = output
    assert.deepEqual([output.length, option], [5, '-c'], text)
    const connection = new URL(address!)
    connection.password = shown!
    const client = new pg.Client({ connectionString: connection.href })
    await client.connect()
    try {
      return (await client.query(sql!)).rows
    } finally {
      await client.end()
    }
  }

  void test('psql reads tables of every kind and every name, as the administrator', async () => {
    const read = async (name: string) => runPsql(await clientsOf(name), passwords.password)
    const ids = (rows: readonly unknown[]) => rows.map((row) => String((row as { id: unknown }).id)).toSorted()
    assert.deepEqual(ids(await read('Mixed-Case_1')), ['1'])
    assert.deepEqual(ids(await read('Sales-eu.Mixed-Case_1')), ['1'])
    assert.deepEqual(ids(await read('keyed')), ['1', '2'])
    assert.deepEqual(ids(await read('as_delta')), ['3'])
    assert.deepEqual(ids(await read(made)), ['4'])
    assert.ok((await read('orders')).length > 0)
  })

  void test('a user reads what policies show, and is shown no line that policies refuse', async () => {
    await weir.policy('reading', {
      principals: ['group:analysts'],
      allow: ['table:read'],
      on: ['public.orders'],
      columns: { mask: ['customer'] },
    })
    const lines = await clientsOf('orders', 'ana')
    assert.deepEqual(
      lines.map(({ name }) => name),
      ['psql'],
    )
    const rows = (await runPsql(lines, passwords.user('ana'))) as readonly { id: unknown; customer: unknown }[]
    assert.ok(rows.length > 0)
    assert.ok(rows.every(({ id, customer }) => id !== null && customer === null))
    const open = await clientsOf('keyed', 'ana')
    assert.deepEqual(
      open.map(({ name }) => name),
      ['psql', 'pyiceberg', 'spark'],
    )
    assert.equal((await runPsql(open, passwords.user('ana'))).length, 2)
    const refused = await fetch(`${weir.http}/api/v1/tables/orders/clients`, {
      headers: { authorization: `Basic ${Buffer.from(`bob:${passwords.user('bob')}`).toString('base64')}` },
    })
    assert.equal(refused.status, 403)
    await assert.rejects(runPsql(lines, 'wrong'), /password/)
    const listed = async (authorization: string) => {
      const response = await fetch(`${weir.http}/api/v1/tables`, { headers: { authorization } })
      const { items } = (await response.json()) as { items: readonly { name: string; by: string }[] }
      return items.map(({ name, by }) => `${by} ${name}`)
    }
    const all = await listed(`Bearer ${passwords.token}`)
    assert.deepEqual(
      all.toSorted(),
      ['project Mixed-Case_1', 'project as_delta', 'project keyed', 'project orders', `others ${made}`].toSorted(),
    )
    const ofBob = await listed(`Basic ${Buffer.from(`bob:${passwords.user('bob')}`).toString('base64')}`)
    assert.deepEqual(
      ofBob,
      all.filter((one) => one !== 'project orders'),
    )
    await weir.withdraw('reading')
  })
})

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
