import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { isRepeatable } from '../gate/repeatable.ts'
import { statementOf } from '../gate/statement.ts'
import { atMoment } from './at-moment.ts'

const now = Date.UTC(2024, 1, 29, 22, 30, 15, 123)
const spoken = (text: string) => atMoment(statementOf(text), now)

void test('each way to say now means the moment given, in the zone of the session, and nothing of another moment is left', async (context) => {
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  context.after(() => (db.closeSync(), instance.closeSync()))
  await db.run(`SET TimeZone = 'Asia/Tokyo'`)
  for (const [text, expected, type] of [
    ['now()', '2024-03-01 07:30:15.123+09', 'TIMESTAMP WITH TIME ZONE'],
    ['CURRENT_TIMESTAMP', '2024-03-01 07:30:15.123+09', 'TIMESTAMP WITH TIME ZONE'],
    ['transaction_timestamp()', '2024-03-01 07:30:15.123+09', 'TIMESTAMP WITH TIME ZONE'],
    ['current_date', '2024-03-01', 'DATE'],
    ['localtimestamp', '2024-03-01 07:30:15.123', 'TIMESTAMP'],
    ['current_time', '07:30:15.123+09', 'TIME WITH TIME ZONE'],
    ['localtime', '07:30:15.123', 'TIME'],
  ] as const) {
    const statement = spoken(`SELECT (${text})::VARCHAR, typeof(${text})`)
    assert.ok(isRepeatable(statement), statement.text)
    assert.deepEqual((await db.runAndReadAll(statement.text)).getRows(), [[expected, type]], text)
  }
})

void test('names that only look like it are left alone, and so is a statement without any', () => {
  for (const text of [
    `select 'now()', t.current_date, "current_time" from t -- now()`,
    'select 1 as current_date',
    'select now from t',
    'select now(1)',
  ]) {
    const statement = statementOf(text)
    assert.equal(atMoment(statement, now), statement, text)
  }
})
