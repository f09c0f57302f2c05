import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectApi } from '../../src/cli/weir-client.ts'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { sqlOf } from '../fault/sql-of.ts'
import { eventually } from '../support/deadline.ts'

const columns = `columns: { id: 'long', email: 'string' }`
const project = (
  key: string,
  more: string,
  resources: string,
) => `import { defineProject, delivery, stream, table, view } from 'weir-data'
const changes = stream('changes', { partitions: 1, value: 'json' })
const people = table('people', { ${columns}, key: ['${key}'] })
const load = delivery('load', { from: changes, to: people, flush: { age: '1 s' } })
${more}
export default defineProject({ name: 'keys', resources: [changes, ${resources}] })
`
const byEmail = `const byEmail = table('people_by_email', { ${columns}, key: ['email'] })`
const loadByEmail = `${byEmail}
const loadByEmail = delivery('load-by-email', { from: changes, to: byEmail, flush: { age: '1 s' } })`

void test('another key: the plan says why not, and the table that it has the stream make is exact, also under the old name', async () => {
  await using weir = await restartableWeir('another-key', { project: project('id', '', 'people, load') })
  await weir.start()
  await produce(weir, [
    { id: 1, email: 'a' },
    { id: 1, email: 'b' },
    { id: 2, email: 'c' },
    { id: 3, email: 'b' },
  ])
  await shows(weir, 'people', ['1 b', '2 c', '3 b'])
  write(weir, project('email', '', 'people, load'))
  const refused = await weir.command('plan')
  assert.notEqual(refused.code, 0)
  assert.match(
    refused.stdout + refused.stderr,
    /cannot change its key \(id to email\): its rows are the last of each id, and from these nobody can tell the last of each email\. Leave this one as it is, and declare another table with key email and a delivery/,
  )
  // The rows of now, where the stream no longer has those of before: the new key must tell them apart.
  write(weir, project('id', byEmail, 'people, load, byEmail'))
  await applies(weir)
  await shows(weir, 'people_by_email', [])
  const copying = sqlOf(weir, 'insert into people_by_email (id, email) select id, email from people')
  await assert.rejects(copying, { code: '23505', detail: 'Key (email)=(b) already exists.' })
  await sqlOf(weir, 'insert into people_by_email (id, email) select id, email from people where id < 3')
  await shows(weir, 'people_by_email', ['1 b', '2 c'])
  write(weir, project('id', loadByEmail, 'people, load, byEmail, loadByEmail'))
  await applies(weir)
  await shows(weir, 'people_by_email', ['1 a', '2 c', '3 b'])
  await produce(weir, [{ id: 4, email: 'c' }])
  await shows(weir, 'people', ['1 b', '2 c', '3 b', '4 c'])
  await shows(weir, 'people_by_email', ['1 a', '3 b', '4 c'])
  const verified = await weir.command('verify', '--json')
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  const named = `${loadByEmail}\nconst old = view('people', { sql: 'select * from people_by_email' })`
  write(weir, project('id', named, 'byEmail, loadByEmail, old'))
  await applies(weir)
  await shows(weir, 'people', ['1 a', '3 b', '4 c'])
  await produce(weir, [{ id: 5, email: 'a' }])
  await shows(weir, 'people', ['3 b', '4 c', '5 a'])
})

function write(weir: RestartableWeir, text: string): void {
  writeFileSync(join(weir.folder, 'weir.config.ts'), text)
}

async function applies(weir: RestartableWeir): Promise<void> {
  const { code, stdout, stderr } = await weir.command('apply', '--allow-destructive', '--yes')
  assert.equal(code, 0, stdout + stderr)
}

async function produce(weir: RestartableWeir, rows: readonly object[]): Promise<void> {
  const records = rows.map((row) => ({ key: null, value: JSON.stringify(row) }))
  await connectApi(`http://127.0.0.1:${weir.ports.http}`).call('POST', '/api/v1/streams/changes/records', { records })
}

async function shows(weir: RestartableWeir, table: string, expected: readonly string[]): Promise<void> {
  await eventually(`the rows of ${table}`, async () => {
    const rows = await sqlOf<{ row: string }>(weir, `select id || ' ' || email as row from ${table} order by id`)
    assert.deepEqual(
      rows.map(({ row }) => row),
      expected,
    )
    return true
  })
}
