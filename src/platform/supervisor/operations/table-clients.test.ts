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

void test('a name stays one name in every language', () => {
  const odd = { ...table, name: `it's "new"` }
  const [psql, python, spark] = tableClients(odd, { endpoints, hasPassword: false, hasToken: false })
  assert.match(psql!.text, /-c 'select \* from "?public"?\."it'\\''s ""new""" limit 10'$/)
  assert.match(python!.text, /load_table\(\("public", "it's \\"new\\""\)\)/)
  assert.match(spark!.text, /weir\.`public`\.`it'\\''s "new"` limit 10'$/)
})
