import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenize } from './tokenizer.ts'

const valueOf = (text: string): string => tokenize(text)[0]!.value

void test('a text with escapes means what it means to PostgreSQL', () => {
  for (const [text, value] of [
    [String.raw`E'\u00e9\U0001F600\x41\101\n\t\b\f\r\\\'\q'`, "é😀AA\n\t\b\f\r\\'q"],
    [String.raw`e'it''s'`, "it's"],
    [String.raw`E'\''''`, "''"],
    [String.raw`E'\xc3\xa9\303\251'`, 'éé'],
    [String.raw`E'\x4x\xg\18'`, '\u0004xxg\u00018'],
    [String.raw`E'\uD83D\uDE00'`, '😀'],
    [String.raw`E''`, ''],
    [String.raw`U&'\00e9 \+01F600 \\ it''s'`, "é 😀 \\ it's"],
    [String.raw`U&'\\0041'`, '\\0041'],
  ] as const) {
    const [token, ...more] = tokenize(text)
    assert.equal(token!.value, value, text)
    assert.equal(token!.kind, 'string')
    assert.equal(token!.end, text.length, text)
    assert.deepEqual(more, [])
  }
})

void test('an escape that is none is refused', () => {
  for (const [text, sqlstate] of [
    [String.raw`E'\u00g0'`, '22025'],
    [String.raw`E'\U0001F60'`, '22025'],
    [String.raw`E'\u0000'`, '42601'],
    [String.raw`E'\U00110000'`, '42601'],
    [String.raw`E'\uD83D'`, '42601'],
    [String.raw`E'\000'`, '22021'],
    [String.raw`E'\x00'`, '22021'],
    [String.raw`E'\xff'`, '22021'],
    [String.raw`U&'\00e'`, '42601'],
    [String.raw`U&'\D83D'`, '42601'],
    [String.raw`E'\'`, '42601'],
  ] as const)
    assert.throws(
      () => valueOf(text),
      (error: { details?: { sqlstate?: string } }) => {
        assert.equal(error.details?.sqlstate, sqlstate, text)
        return true
      },
    )
})
