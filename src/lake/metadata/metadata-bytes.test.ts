import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringifyJson } from '../json.ts'
import { metadataBytes } from './metadata-bytes.ts'

function textOf(metadata: object): string {
  return Buffer.concat(metadataBytes(metadata)).toString()
}

void test('the bytes of metadata are its JSON, whatever of it was written before', () => {
  const snapshot = (id: number | bigint) => ({
    'snapshot-id': id,
    summary: { operation: 'append', note: 'a "b" \u2028 \ud800 é' },
    'parent-snapshot-id': undefined,
  })
  const snapshots = [snapshot(1), snapshot(9_223_372_036_854_775_807n)]
  const log = [{ 'snapshot-id': 1, 'timestamp-ms': 5 }]
  for (const metadata of [
    { 'format-version': 2, snapshots, 'snapshot-log': log, refs: {}, gone: undefined, none: null },
    {
      'format-version': 2,
      snapshots: [...snapshots, snapshot(3)],
      'snapshot-log': [...log, ...log],
      'metadata-log': [],
    },
    { snapshots, 'snapshot-log': null },
    { snapshots: undefined },
    {},
  ])
    assert.equal(textOf(metadata), stringifyJson(metadata))
})

void test('lists that part from one state, and shorter ones, keep to their entries; bytes on their way to a disk do not change', () => {
  const histories = fc.array(
    fc.record({ on: fc.nat(), drop: fc.nat(), add: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }) }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(histories, (steps) => {
      const lists: (readonly object[])[] = [[{ note: 'first' }]]
      const held: { readonly bytes: readonly Uint8Array[]; readonly text: string }[] = []
      for (const { on, drop, add } of steps) {
        const from = lists[on % lists.length]!
        // One commit adds, another takes out, a third does both.
        const kept = drop % 3 === 0 ? from : from.filter((_, at) => at % 5 !== drop % 5)
        const list = [...kept, ...add.map((note) => ({ note }))]
        lists.push(list)
        const metadata = { snapshots: list, 'last-updated-ms': on }
        held.push({ bytes: metadataBytes(metadata), text: stringifyJson(metadata) })
      }
      for (const { bytes, text } of held) assert.equal(Buffer.concat(bytes).toString(), text)
    }),
  )
})
