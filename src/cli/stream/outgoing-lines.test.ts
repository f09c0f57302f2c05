import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { OutgoingRecord } from '../../stream/client/producer.ts'
import { jsonLines, plainLines, sendLines } from './outgoing-lines.ts'

const none = { key: null, partition: undefined, timestampMs: undefined, headers: [] }
const readBytes = jsonLines(none, true)
const read = (line: string, number: number) => readBytes(Buffer.from(line), number)

void test('keys and values of lines are the bytes that they are', async () => {
  const lines = Buffer.concat([
    Buffer.from('schlüssel→wert\r\n'),
    Buffer.from([0xff, 0xfe, 0xe2, 0x86, 0x92, 0xff, 0x01, 0x78, 0x0a, 0x0a]),
    Buffer.from('k→NULL'),
  ])
  const sent: OutgoingRecord[] = []
  const input = Readable.from([lines.subarray(0, 20), lines.subarray(20)], { objectMode: false })
  await sendLines(input, plainLines(none, '→', 'NULL'), async (record) => void sent.push(record))
  assert.deepEqual(
    sent.map(({ key, value }) => [key, value]),
    [
      [Buffer.from('schlüssel'), Buffer.from('wert')],
      [Buffer.from([0xff, 0xfe]), Buffer.from([0xff, 0x01, 0x78])],
      [Buffer.from('k'), null],
    ],
  )
})

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
