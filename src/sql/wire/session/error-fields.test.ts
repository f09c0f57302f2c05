import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogue } from '../../../kernel/errors/catalogue.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { duckdbError } from '../../duckdb/duckdb-error.ts'
import { sqlError } from '../../sql-error.ts'
import { errorFields } from './error-fields.ts'

void test('the hint is that of the error or, without one, the remedy of its code', () => {
  const damaged = new WeirError('WEIR-4008', 'a.avro does not decode as Avro')
  assert.equal(errorFields(damaged, 'ERROR').hint, catalogue['WEIR-4008'].remedy)
  const own = sqlError('WEIR-8002', 'a.parquet is not there', { sqlstate: '58P01', hint: 'Bring it back.' })
  assert.equal(errorFields(own, 'ERROR').hint, 'Bring it back.')
  assert.equal(errorFields(new Error('what is this'), 'ERROR').hint, catalogue['WEIR-9001'].remedy)
  assert.equal(errorFields(sqlError('WEIR-6002', 'syntax error', { sqlstate: '42601' }), 'ERROR').hint, undefined)
})

void test('no message shows a piece of the statement that Weir composed', () => {
  const thrown = new Error('Some Error: no such thing\n\nLINE 1: ...SELECT "c1" FROM read_parquet(...\n          ^')
  assert.equal(errorFields(thrown, 'ERROR').message, 'Some Error: no such thing')
})

void test('a full disk has the SQLSTATE that PostgreSQL gives it, whoever met it', () => {
  const met = [
    new WeirError('WEIR-8001', 'No room on the disk for a.parquet'),
    duckdbError(new Error('IO Error: Could not write file "a.tmp": No space left on device')),
    duckdbError(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' })),
  ]
  for (const error of met) {
    const { sqlstate, detail } = errorFields(error, 'ERROR')
    assert.deepEqual([sqlstate, detail], ['53100', 'WEIR-8001'], error.message)
  }
})

void test('what a table has and Weir does not write is a feature that is not supported', () => {
  const error = new WeirError('WEIR-4012', 'The column c is fixed[4], which Weir does not write; use binary instead')
  const { sqlstate, hint } = errorFields(error, 'ERROR')
  assert.deepEqual([sqlstate, hint], ['0A000', catalogue['WEIR-4012'].remedy])
})
