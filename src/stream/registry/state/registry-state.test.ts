import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRecord } from './registry-record.ts'
import { createRegistryState, type RegistryState } from './registry-state.ts'

/** Records as Confluent's registry writes them: the texts of key and value. */
function apply(state: RegistryState, key: string, value: string | null): string | undefined {
  const record = readRecord(Buffer.from(key), value === null ? null : Buffer.from(value))
  return record ? state.apply(record, 1_700_000_000_000)?.passed : 'unread'
}

const schema = (id: number, version: number, text: string, more = '') =>
  `{"subject":"orders-value","version":${version},"id":${id},${more}"schema":${JSON.stringify(text)},"deleted":false}`
const key = (version: number, subject = 'orders-value') =>
  `{"keytype":"SCHEMA","subject":"${subject}","version":${version},"magic":1}`

void test('a topic that a real registry wrote is read', () => {
  const state = createRegistryState()
  const records: [key: string, value: string | null][] = [
    ['{"keytype":"NOOP","magic":0}', null],
    ['{"keytype":"CONFIG","subject":null,"magic":0}', '{"compatibilityLevel":"FULL"}'],
    [
      '{"keytype":"CONFIG","subject":"orders-value","magic":0}',
      '{"subject":"orders-value","compatibilityLevel":"NONE","normalize":true}',
    ],
    ['{"keytype":"MODE","subject":"orders-value","magic":0}', '{"subject":"orders-value","mode":"READONLY"}'],
    [key(1), schema(1, 1, '"string"')],
    [
      key(2),
      schema(
        2,
        2,
        '{"type":"object"}',
        '"md5":"qg3Ev9c2pCkzLVTF1lB2Yw==","schemaType":"JSON","references":[{"name":"n","subject":"s","version":1}],"ruleSet":{"domainRules":[]},',
      ),
    ],
    ['{"keytype":"CONTEXT","tenant":"default","context":".dev","magic":0}', '{"tenant":"default","context":".dev"}'],
    ['{"keytype":"DELETE_SUBJECT","subject":"orders-value","magic":0}', '{"subject":"orders-value","version":1}'],
  ]
  for (const [each, value] of records) assert.equal(apply(state, each, value), undefined, each)
  assert.deepEqual(
    state.versions('orders-value').map(({ version, id, type, deleted }) => [version, id, type, deleted]),
    [
      [1, 1, 'AVRO', true],
      [2, 2, 'JSON', false],
    ],
  )
  assert.equal(state.version('orders-value', 2)?.guid, 'aa0dc4bf-d736-a429-332d-54c5d6507663')
  assert.deepEqual(
    state.referrers('s', 1).map(({ id }) => id),
    [2],
  )
  assert.deepEqual(
    [state.config(undefined)?.compatibilityLevel, state.config('orders-value')?.normalize],
    ['FULL', true],
  )
  assert.equal(state.mode('orders-value'), 'READONLY')
  assert.deepEqual(state.contexts(), ['.dev'])
})

void test('an id stands for one schema: a record that gives it to another is passed over (INV-R2)', () => {
  const state = createRegistryState()
  assert.equal(apply(state, key(1), schema(1, 1, '"string"')), undefined)
  assert.match(apply(state, key(2), schema(1, 2, '"int"'))!, /the id 1 belongs to another schema/)
  assert.equal(state.versions('orders-value').length, 1)
  // The same schema under another subject has the same id.
  assert.equal(apply(state, key(1, 'b'), schema(1, 1, '"string"')), undefined)
  assert.equal(state.ids.find('.', 1).length, 2)
})

void test('the largest id is remembered when its schema is gone, and compacted away (INV-R2)', () => {
  const state = createRegistryState()
  apply(state, '{"keytype":"NOOP","magic":0}', '{"maxIds":{".":7,".dev":3,"x":"y"}}')
  apply(state, key(1), null)
  assert.deepEqual([state.ids.largest('.'), state.ids.largest('.dev')], [7, 3])
  assert.equal(apply(state, key(1), schema(5, 1, '"string"')), undefined)
  assert.equal(state.ids.largest('.'), 7)
})

void test('what is no record of a registry changes nothing', () => {
  const state = createRegistryState()
  const strange: [key: string, value: string | null][] = [
    ['no JSON', '{}'],
    ['{"keytype":"ASSOC"}', '{}'],
    ['{"keytype":"SCHEMA","subject":1,"version":1}', schema(1, 1, '"int"')],
    [key(1), '{"id":-1,"schema":"x"}'],
    [key(1), '{"id":3000000000,"schema":"x"}'],
    [key(1), '"text"'],
    ['{"keytype":"MODE","magic":0}', '{"mode":"SIDEWAYS"}'],
  ]
  for (const [each, value] of strange) assert.notEqual(apply(state, each, value), undefined, each)
  assert.equal(state.apply({ key: { keytype: 'NOOP', magic: 0 }, value: null }, 0), undefined)
  assert.deepEqual([state.subjects(), state.textLength], [[], 0])
})

void test('all that was counted is given back', () => {
  const state = createRegistryState()
  apply(state, key(1), schema(1, 1, '"string"'))
  apply(state, key(1), schema(1, 1, '"string"').replace('false', 'true'))
  assert.equal(state.textLength, '"string"'.length)
  apply(state, '{"keytype":"CLEAR_SUBJECT","subject":"","magic":0}', '{"subject":""}')
  assert.deepEqual([state.subjects(), state.textLength, state.ids.find('.', 1)], [[], 0, []])
  assert.equal(state.ids.largest('.'), 1)
})
