import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringifyJson } from '../json.ts'
import { metadataText } from './metadata-text.ts'

void test('the text of metadata is its JSON, whatever of it was written before', () => {
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
    { snapshots: undefined },
    {},
  ])
    assert.equal(metadataText(metadata), stringifyJson(metadata))
})
