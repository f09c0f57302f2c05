import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaOf } from '../types/schema.ts'
import { copySql } from './copy.ts'

void test('a column that DuckDB would write as another type is refused before any file is written', () => {
  const spec = { 'spec-id': 0, fields: [] }
  for (const type of ['fixed[16]', 'list<struct<a: fixed[2]>>']) {
    const schema = schemaOf([
      { name: 'id', type: 'long' },
      { name: 'digest', type },
    ])
    assert.throws(() => copySql({ schema, spec, source: 't', directory: '/nowhere' }), {
      code: 'WEIR-4012',
      message: /The column digest is fixed\[\d+\], which Weir does not write; use binary instead/,
    })
  }
})
