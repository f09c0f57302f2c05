import { execFileSync } from 'node:child_process'
import pg from 'pg'
import { startWeir } from '../support/running-weir.ts'
import { programPath, pyIceberg } from './engine-python.ts'

/**
 * Users of a project by PyIceberg and by SQL: what one may do, the other may, and a refusal has the same reason. `node
 * test/conformance/policies.ts`
 */
const project = `import { defineProject, group, policy, secret, table, user } from 'weir-data'
const orders = table('orders', { columns: { id: 'long' } })
const people = table('people', { columns: { id: 'long', name: 'string' } })
const password = (name: string) => ({ password: secret(name, { fromEnv: name + '_PASSWORD' }) })
export default defineProject({
  name: 'policies',
  users: { ana: { ...password('ANA'), groups: ['analysts'] }, etl: password('ETL'), bob: password('BOB') },
  resources: [
    orders, people,
    policy('reading', { principals: [group('analysts')], allow: ['table:read'], on: [orders] }),
    policy('loading', { principals: [user('etl')], allow: ['table:read', 'table:write'], on: [orders] }),
    policy('making', { principals: [user('etl')], allow: ['table:*'], on: ['public.made*'] }),
    policy('people', { principals: ['everyone'], allow: ['table:read'], on: [people], columns: { mask: ['name'] } }),
  ],
})
`
const users = ['ana', 'etl', 'bob']
process.env['WEIR_TOKEN'] = 'a-token-of-the-test'
process.env['WEIR_PASSWORD'] = 'a-password-of-the-test'
for (const user of users) process.env[`${user.toUpperCase()}_PASSWORD`] = `${user}-secret`
await using weir = await startWeir('policies', project)

async function bySql(user: string, text: string): Promise<string> {
  const { hostname: host, port } = new URL(weir.endpoints.postgres)
  const client = new pg.Client({ host, port: Number(port), user, password: `${user}-secret`, database: 'weir' })
  await client.connect()
  try {
    await client.query(`begin; ${text}; rollback`)
    return 'allowed'
  } catch (error) {
    return (error as Error).message.replace(/^permission denied for \S+: /, '')
  } finally {
    await client.end()
  }
}

let failed = 0
function check(what: string, ok: boolean, found: unknown): void {
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${what}${ok ? '' : `: ${JSON.stringify(found)}`}`)
  if (!ok) failed++
}

/** What each may; `made` is a table that etl alone may make. */
const may: Readonly<Record<string, readonly string[]>> = {
  ana: ['table:read'],
  bob: [],
  etl: ['table:read', 'table:write', 'table:create'],
}
const { python } = pyIceberg()
for (const user of users) {
  const args = [programPath('policies.py'), weir.endpoints.iceberg, `${user}:${user}-secret`]
  const found = JSON.parse(execFileSync(python, args, { encoding: 'utf8' })) as Record<
    string,
    string | number | string[]
  >
  for (const [action, text] of [
    ['table:read', 'select * from orders'],
    ['table:write', 'insert into orders values (1)'],
  ] as const) {
    const sql = await bySql(user, text)
    const isAllowed = may[user]!.includes(action)
    check(`${user}: ${action} by SQL is ${isAllowed ? 'allowed' : 'refused'}`, (sql === 'allowed') === isAllowed, sql)
    const told = String(found[action])
    // PyIceberg has to load what it appends to.
    const same = isAllowed ? !told.startsWith('Forbidden') : told.includes(sql) || told.includes('table:read')
    check(`${user}: ${action} by PyIceberg likewise, for the same reason`, same, { told, sql })
  }
  const isMaker = may[user]!.includes('table:create')
  for (const action of ['table:create', 'create in one transaction'])
    check(`${user}: ${action}`, String(found[action]).startsWith('Forbidden') !== isMaker, found[action])
  for (const action of ['table:drop', 'rename'])
    check(`${user}: ${action} is refused`, String(found[action]).startsWith('Forbidden'), found[action])
  check(
    `${user}: files with a masked column are refused`,
    /is masked.*Read it by SQL/.test(String(found['masked'])),
    found['masked'],
  )
  check(`${user}: people is read by SQL`, (await bySql(user, 'select * from people')) === 'allowed', '')
  const seen = user === 'bob' ? ['public.people'] : ['public.orders', 'public.people']
  check(`${user}: sees ${seen.join(', ')}`, JSON.stringify(found['list']) === JSON.stringify(seen), found['list'])
}
if (failed > 0) process.exitCode = 1
