import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { showBytes } from './shown-bytes.ts'

const formatOf = (data: Buffer | string): string => showBytes(Buffer.from(data)).format

void test('what bytes are is said', () => {
  assert.equal(formatOf('{"id": 1}'), 'json')
  assert.equal(formatOf('[1, 2]'), 'json')
  assert.equal(formatOf('{"id": 1'), 'text')
  assert.equal(formatOf('Zürich\t漢字\n'), 'text')
  assert.equal(formatOf(''), 'text')
  assert.equal(formatOf('42'), 'text')
  assert.equal(formatOf(Buffer.from([0, 0, 0, 0, 0, 0, 0, 42])), 'bytes')
  assert.equal(formatOf(Buffer.from([0xff, 0xfe])), 'bytes')
})

void test('nothing is replaced: the text gives the bytes back, all or those before the cut', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' })), fc.nat(30), (data, bytesMax) => {
      const bytes = Buffer.from(data as string)
      const shown = showBytes(bytes, bytesMax)
      const back = Buffer.from(shown.text, shown.encoding === 'base64' ? 'base64' : 'utf8')
      assert.ok(back.equals(bytes.subarray(0, back.length)))
      assert.equal(shown.bytes, bytes.length)
      assert.equal(shown.cut, back.length < bytes.length)
      assert.ok(back.length <= bytesMax && back.length > Math.min(bytesMax, bytes.length) - 4)
    }),
  )
})
