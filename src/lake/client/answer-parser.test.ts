import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJson, stringifyJson } from '../json.ts'
import { answerParser } from './answer-parser.ts'

function answerOf(metadata: object): Buffer {
  return Buffer.from(stringifyJson({ metadata, 'metadata-location': '/m' }))
}

void test('an answer is what its JSON says, whatever the answer before it was', () => {
  const note = fc.string({ unit: 'grapheme', maxLength: 8 })
  const entry = fc.record({
    'snapshot-id': fc.bigInt(1n, 1n << 62n),
    summary: fc.dictionary(note, note, { maxKeys: 2 }),
  })
  const step = fc.record({ drop: fc.nat(), add: fc.array(entry, { maxLength: 3 }), note })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
      const parse = answerParser(0)
      let snapshots: readonly object[] = []
      for (const { drop, add, note: state } of steps) {
        const kept = drop % 3 === 0 ? snapshots.filter((_, at) => at % 4 !== drop % 4) : snapshots
        snapshots = [...kept, ...add]
        const bytes = answerOf({ properties: { state }, snapshots, refs: {}, 'snapshot-log': snapshots.slice(1) })
        assert.deepEqual(parse(bytes, '/t'), parseJson(bytes.toString()))
      }
    }),
    { numRuns: 30 },
  )
})

void test('what was parsed once is not parsed again', () => {
  const parse = answerParser(0)
  type Body = { readonly metadata: { readonly snapshots: readonly unknown[] } }
  const snapshotsOf = (count: number) => Array.from({ length: count }, (_, at) => ({ 'snapshot-id': at }))
  const first = (parse(answerOf({ snapshots: snapshotsOf(3) }), '/t') as Body).metadata.snapshots
  const second = (parse(answerOf({ 'last-updated-ms': 5, snapshots: snapshotsOf(4) }), '/t') as Body).metadata.snapshots
  assert.ok(second[2] === first[2] && second.length === 4)
  const other = (parse(answerOf({ snapshots: snapshotsOf(4) }), '/other') as Body).metadata.snapshots
  assert.ok(other[2] !== first[2])
})

void test('an entry that only begins like a known one is another; lists elsewhere are left as they are', () => {
  const parse = answerParser(0)
  const plain = (text: string): void =>
    assert.deepEqual(parse(Buffer.from(text), '/t'), parseJson(text), text.slice(0, 80))
  const rest = `"metadata-location":"/m"`
  plain(`{"metadata":{"snapshots":[1,2]},${rest}}`)
  plain(`{"metadata":{"snapshots":[1,22]},${rest}}`)
  plain(`{"metadata":{"snapshots":[1]},${rest}}`)
  plain(`{"metadata":{"snapshots":[3]},${rest}}`)
  plain(`{"metadata":{"snapshots":[4,3]},${rest}}`)
  plain(`{"metadata":{"snapshots":[]},${rest}}`)
  plain(`{"metadata":{"snapshots":null},${rest}}`)
  plain(`{"other":{"snapshots":[1]},"metadata":{"snapshots":[2,3]},${rest}}`)
  plain(`{"metadata":{"x":[{"snapshots":[5]}],"snapshots":[2,3]},${rest}}`)
  plain(`{"metadata":{"a\\"snapshots":[5],"snapshots" : [ 2, 3 ]},${rest}}`)
  plain(`{"metadata":{"snapshots":[{"snapshot-log":[7]}],"snapshot-log":[8]},${rest}}`)
  plain(`{"error":{"message":"none","type":"x"},${rest}}`)
  assert.throws(() => parse(Buffer.from(`{"metadata":{"snapshots":[1,2}},${rest}}`), '/t'), SyntaxError)
  assert.throws(() => parse(Buffer.from(`{"metadata":{"snapshots":[1,],"x":1},${rest}}`), '/t'), SyntaxError)
})
