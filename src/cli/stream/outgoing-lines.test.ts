import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonLines } from './outgoing-lines.ts'

const read = jsonLines({ key: null, partition: undefined, timestampMs: undefined, headers: [] }, true)

void test('a line of JSON is a record as weir stream tail --json prints it', () => {
  assert.equal(read('', 1), undefined)
  const record = {
    partition: 2,
    offset: 7,
    timestamp: '2026-11-29T00:00:00.000Z',
    key: 'k',
    value: 'AAE=',
    valueEncoding: 'base64',
    headers: [
      { key: 'a', value: 'b' },
      { key: 'c', value: null },
    ],
  }
  assert.deepEqual(read(JSON.stringify(record), 1), {
    partition: 2,
    timestampMs: Date.parse('2026-11-29T00:00:00.000Z'),
    key: Buffer.from('k'),
    value: Buffer.from([0, 1]),
    headers: [
      { key: 'a', value: Buffer.from('b') },
      { key: 'c', value: null },
    ],
  })
})

void test('a line of another form is refused with its number, the member, and the form', () => {
  for (const [line, member] of [
    ['{"value": "v", "headers": {"a": "b"}}', /"headers"/],
    ['{"value": "v", "headers": 5}', /"headers"/],
    ['{"value": "v", "headers": [["a", "b"]]}', /"headers\.0"/],
    ['{"value": "v", "headers": [{"key": "a", "value": 1}]}', /"headers\.0\.value"/],
    ['{"value": {"a": 1}}', /"value"/],
    ['{"val": "v"}', /"value"|"val"/],
    ['{"value": "v", "tpic": "t"}', /tpic/],
    ['{"value": "v", "partition": "0"}', /"partition"/],
    ['{"value": "v", "timestamp": "yesterday"}', /yesterday/],
    ['[]', /it: /],
    ['{"value": ', /JSON/],
  ] as const)
    assert.throws(
      () => read(line, 3),
      ({ code, message }: Error & { code: string }) => {
        assert.equal(code, 'WEIR-2009', message)
        assert.match(message, /^line 3 is not what weir stream tail --json prints: /)
        assert.match(message, member)
        return true
      },
    )
})
