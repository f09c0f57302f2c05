import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSchemaReader } from '../schema-reader.ts'
import { schemaKey, type SchemaValue } from '../state/registry-record.ts'
import { createRegistryState } from '../state/registry-state.ts'
import { storedGuid } from '../state/schema-guid.ts'
import { decodeValue } from './decode-value.ts'
import type { ValuePlace } from './schema-frame.ts'
import { subjectsOfStream } from './stream-subjects.ts'

const place: ValuePlace = { topic: 'orders', part: 'value' }
const avro: SchemaValue = {
  subject: 'orders-value',
  version: 1,
  id: 7,
  schema: '{"type":"record","name":"shop.Order","fields":[{"name":"id","type":"long"}]}',
}
const json: SchemaValue = { subject: 'orders-key', version: 1, id: 8, schemaType: 'JSON', schema: '{"title":"Key"}' }
const protobuf: SchemaValue = { subject: 'p', version: 1, id: 9, schemaType: 'PROTOBUF', schema: 'syntax = "proto3";' }

const state = createRegistryState()
for (const value of [avro, json, protobuf]) state.apply({ key: schemaKey(value.subject, value.version), value }, 0)
const reader = createSchemaReader()
const registry = { reader, state: async () => state }

function framed(id: number, ...bytes: number[]): Buffer {
  return Buffer.from([0, 0, 0, 0, id, ...bytes])
}

void test('a value says what it is: by its schema, as text, as JSON, or as bytes', async () => {
  const decode = (bytes: Buffer | null, at = place) => decodeValue(bytes, at, registry)
  assert.deepEqual(await decode(framed(7, 84)), {
    format: 'avro',
    text: '{"id":42}',
    schema: { id: 7, type: 'AVRO', subject: 'orders-value', version: 1, name: 'shop.Order' },
  })
  const key = await decode(Buffer.concat([framed(8), Buffer.from('{"a":1.0}')]), { topic: 'orders', part: 'key' })
  assert.deepEqual([key.format, key.text, key.schema?.name], ['json', '{"a":1.0}', 'Key'])
  assert.deepEqual(await decode(Buffer.from('{"a": 1}')), { format: 'json', text: '{"a": 1}' })
  assert.deepEqual(await decode(Buffer.from('{"a": 1')), { format: 'text', text: '{"a": 1' })
  assert.deepEqual(await decode(Buffer.from('grün\n')), { format: 'text', text: 'grün\n' })
  assert.deepEqual(await decode(Buffer.from([0xff, 0])), { format: 'bytes', text: 'ff00' })
  assert.deepEqual(await decode(Buffer.from([1, 2])), { format: 'bytes', text: '0102' })
  assert.deepEqual(await decode(Buffer.alloc(0)), { format: 'text', text: '' })
  assert.deepEqual(await decode(null), { format: 'null', text: '' })
})

void test('a value that its schema does not fit is shown as bytes, with the reason', async () => {
  const decode = (bytes: Buffer) => decodeValue(bytes, place, registry)
  assert.match((await decode(framed(7))).problem!, /bytes are needed/)
  assert.match((await decode(framed(6, 1))).problem!, /no schema with the id 6/)
  const foreign = await decode(framed(9, 1))
  assert.deepEqual([foreign.format, foreign.text, foreign.schema?.type], ['bytes', '000000000901', 'PROTOBUF'])
  assert.match(foreign.problem!, /PROTOBUF/)
})

void test('the schema may be named in a header', async () => {
  const header = (value: Buffer) => ({ ...place, headers: [{ key: '__value_schema_id', value }] })
  const guid = Buffer.from(`01${storedGuid(avro).replaceAll('-', '')}`, 'hex')
  assert.equal((await decodeValue(Buffer.from([84]), header(guid), registry)).text, '{"id":42}')
  assert.equal((await decodeValue(Buffer.from([84]), header(framed(7)), registry)).text, '{"id":42}')
})

void test('the subjects of a stream are those that are named after it', () => {
  assert.deepEqual(
    subjectsOfStream(state, 'orders').map(({ subject, part }) => [subject, part]),
    [
      ['orders-key', 'key'],
      ['orders-value', 'value'],
    ],
  )
  assert.deepEqual(subjectsOfStream(state, 'order'), [])
})
