import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogue } from '../../../kernel/errors/catalogue.ts'
import { portError } from './port-error.ts'

const responded = (fields: object): Error =>
  Object.assign(new Error('the data file /lake/a.parquet is not there'), fields)

void test('what the port answered keeps its code, and so its remedy', () => {
  const { code, message, details } = portError(
    responded({ code: '58P01', detail: 'WEIR-8002', hint: 'Restore the file from a backup.' }),
  )
  assert.equal(code, 'WEIR-8002')
  assert.equal(message, 'the data file /lake/a.parquet is not there. Restore the file from a backup.')
  assert.deepEqual(details, { sqlstate: '58P01', position: undefined })
})

void test('a remedy that the code has already is not said twice, and a detail of SQL is no code', () => {
  const hint = catalogue['WEIR-6010'].remedy
  assert.equal(
    portError(responded({ detail: 'WEIR-6010', hint })).message,
    'the data file /lake/a.parquet is not there',
  )
  for (const detail of [undefined, 'Key (id)=(1) already exists.', 'WEIR-0000', 'toString'])
    assert.equal(portError(responded({ code: '23505', detail })).code, 'WEIR-6005')
})
