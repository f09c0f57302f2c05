import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableClients } from './table-clients.ts'

const endpoints = { postgres: 'postgres://weir@127.0.0.1:15432/weir', iceberg: 'http://127.0.0.1:4000/iceberg' }
const table = { namespace: 'public', name: 'orders', location: 'file:///lake/public/orders' }

void test('where a password and a token are asked for, each line takes them from the environment, and else none does', () => {
  for (const { name, text } of tableClients(table, { endpoints, hasPassword: true, hasToken: true }))
    assert.match(text, name === 'psql' ? /"\$WEIR_PASSWORD"/ : /WEIR_TOKEN/, name)
  for (const { name, text } of tableClients(table, { endpoints, hasPassword: false, hasToken: false }))
    assert.doesNotMatch(text, /WEIR_/, name)
})

void test('who may not read the files of a table is shown SQL alone', () => {
  const place = { endpoints, hasPassword: true, hasToken: true, user: 'ana', readsFiles: false }
  assert.deepEqual(
    tableClients(table, place).map(({ name }) => name),
    ['psql'],
  )
})

void test('a Delta table in a folder is opened there by delta-rs, as an administrator', () => {
  const place = { endpoints, hasPassword: false, hasToken: false }
  const inFolder = { ...table, deltaLocation: 'file:///lake/of ours/orders/data' }
  assert.match(tableClients(inFolder, place).at(-1)!.text, /DeltaTable\("\/lake\/of ours\/orders\/data"\)/)
  const names = (one: typeof inFolder, user?: string): readonly string[] =>
    tableClients(one, user === undefined ? place : { ...place, user }).map(({ name }) => name)
  for (const others of [names({ ...inFolder, deltaLocation: 's3://lake/orders/data' }), names(inFolder, 'ana')])
    assert.ok(!others.includes('delta-rs'))
})

void test('a name stays one name in every language', () => {
  const odd = { ...table, name: `it's "new"` }
  const [psql, python, spark] = tableClients(odd, { endpoints, hasPassword: false, hasToken: false })
  assert.match(psql!.text, /-c 'select \* from "?public"?\."it'\\''s ""new""" limit 10'$/)
  assert.match(python!.text, /load_table\(\("public", "it's \\"new\\""\)\)/)
  assert.match(spark!.text, /weir\.`public`\.`it'\\''s "new"` limit 10'$/)
})

void test('a user shows the own password to each, and has files in a bucket signed', () => {
  const ana = { endpoints, hasPassword: true, hasToken: true, user: 'ana' }
  const inBucket = { ...table, location: 's3://lake/public/orders' }
  const lines = tableClients(inBucket, ana)
  assert.deepEqual(
    lines.map(({ name }) => name),
    ['psql', 'pyiceberg', 'spark'],
  )
  for (const { text } of lines) {
    assert.match(text, /WEIR_PASSWORD/)
    assert.doesNotMatch(text, /WEIR_TOKEN/)
  }
  const [psql, python, spark] = lines.map(({ text }) => text)
  assert.match(psql!, /'postgres:\/\/ana@127\.0\.0\.1:15432\/weir'/)
  assert.match(
    python!,
    /credential="ana:" \+ os\.environ\["WEIR_PASSWORD"\], \*\*\{"header\.X-Iceberg-Access-Delegation": "remote-signing"\}\)/,
  )
  assert.match(spark!, /credential='ana:'"\$WEIR_PASSWORD"/)
  assert.match(spark!, /iceberg-aws-bundle.*remote-signing/s)
  for (const { text } of tableClients(table, ana)) assert.doesNotMatch(text, /remote-signing|aws-bundle/)
})
