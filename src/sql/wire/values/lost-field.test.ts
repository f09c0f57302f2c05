import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { mustShowAllFields } from './lost-field.ts'

void test('a struct with a field that its object would lose is refused at any depth, and no other', async () => {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  try {
    const typeOf = async (value: string) => (await connection.run(`SELECT ${value} AS s`)).columnType(0)
    const struct = `{'__proto__': 5, 'constructor': 'c'}`
    for (const value of [struct, `[${struct}]`, `{'inner': [${struct}]}`, `map {'k': ${struct}}`])
      assert.throws(await typeOf(value).then((type) => () => mustShowAllFields('s', type)), {
        message: 'a struct in "s" has a field "__proto__", which an answer cannot hold',
        details: { sqlstate: '0A000', hint: 'Select the fields by themselves: select s.__proto__, s.other.' },
      })
    for (const value of [`{'constructor': 1, 'toString': 2}`, `map {'__proto__': 1}`, '[1]', `'__proto__'`])
      mustShowAllFields('s', await typeOf(value))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
})
