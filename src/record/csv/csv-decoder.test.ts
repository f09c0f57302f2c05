import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvDecoder } from './csv-decoder.ts'

void test('fields are separated by any character, also one that is several bytes in UTF-8', () => {
  const schema = {
    fields: ['id', 'name'].map((name, at) => ({ name, type: at === 0 ? 'long' : 'string', required: false })),
  }
  for (const delimiter of [',', '\t', '¦', '|', '→']) {
    const decode = csvDecoder(schema as never, { header: false, delimiter })
    assert.equal((decode(Buffer.from(`7${delimiter}Zoë`)) as Buffer).toString(), '{"id":7,"name":"Zoë"}', delimiter)
  }
})
