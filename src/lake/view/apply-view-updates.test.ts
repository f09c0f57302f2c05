import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaOf } from '../types/schema.ts'
import { applyViewUpdates } from './apply-view-updates.ts'
import { newViewMetadata } from './new-view.ts'
import { parseViewMetadata, type ViewMetadata, type ViewVersion } from './view-metadata.ts'
import type { ViewUpdate } from './view-update.ts'

const schema = schemaOf([{ name: 'id', type: 'long' }])

function versionOf(sql: string, ...dialects: readonly string[]): ViewVersion {
  const named = dialects.length === 0 ? ['spark'] : dialects
  return {
    'version-id': 1,
    'schema-id': 0,
    'timestamp-ms': 500,
    summary: {},
    representations: named.map((dialect) => ({ type: 'sql', sql, dialect })),
    'default-namespace': ['a'],
  }
}

const madeWith = (properties: Readonly<Record<string, string>> = {}) =>
  newViewMetadata({ location: 'file:///v/', schema, version: versionOf('select 0'), properties, now: 1 })

const replaceBy = (version: ViewVersion): readonly ViewUpdate[] => [
  { action: 'add-view-version', 'view-version': version },
  { action: 'set-current-view-version', 'view-version-id': -1 },
]

function replacedTimes(view: ViewMetadata, times: number): ViewMetadata {
  let next = view
  for (let at = 1; at <= times; at++) next = applyViewUpdates(next, replaceBy(versionOf(`select ${at}`)), 1000 + at)
  return next
}

const idsOf = (view: ViewMetadata) => [
  view.versions.map((version) => version['version-id']),
  view['version-log'].map((entry) => entry['version-id']),
]

void test('a view keeps ten versions, or as many as its property says, the current one always', () => {
  assert.deepEqual(idsOf(replacedTimes(madeWith(), 11)), [
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  ])
  const short = replacedTimes(madeWith({ 'version.history.num-entries': '2' }), 2)
  assert.deepEqual(idsOf(short), [
    [2, 3],
    [2, 3],
  ])
  const back = applyViewUpdates(short, [{ action: 'set-current-view-version', 'view-version-id': 2 }], 9000)
  assert.deepEqual(back['version-log'].at(-1), { 'timestamp-ms': 9000, 'version-id': 2 })
  // 2 is current and stays; of the others the newest. What the log says before a version that went is dropped with it.
  assert.deepEqual(
    idsOf(applyViewUpdates(back, [{ action: 'add-view-version', 'view-version': versionOf('select 7') }], 9001)),
    [[2, 4], [2]],
  )
  for (const wrong of ['0', 'x', '1.5'])
    assert.throws(() => madeWith({ 'version.history.num-entries': wrong }), { code: 'WEIR-4006', message: /positive/ })
})

void test('a version or a schema that says the same as one that is there is that one', () => {
  const view = replacedTimes(madeWith(), 1)
  const again = applyViewUpdates(
    view,
    [
      { action: 'add-schema', schema: { ...schema, 'schema-id': 9 } },
      ...replaceBy({ ...versionOf('select 0'), 'schema-id': -1 }),
    ],
    2000,
  )
  assert.deepEqual([again.schemas.length, again.versions.length, again['current-version-id']], [1, 2, 1])
  assert.deepEqual(applyViewUpdates(again, replaceBy(versionOf('select 0')), 3000), again)
})

void test('a dialect is lost only with leave', () => {
  const both = applyViewUpdates(madeWith(), replaceBy(versionOf('select 1', 'Spark', 'trino')), 2)
  const updates = replaceBy(versionOf('select 2', 'SPARK'))
  assert.throws(() => applyViewUpdates(both, updates, 3), {
    code: 'WEIR-4006',
    message: /loss of view dialects .*\nPrevious dialects: \[spark, trino\]\nNew dialects: \[spark\]/,
  })
  const leave: ViewUpdate = { action: 'set-properties', updates: { 'replace.drop-dialect.allowed': 'true' } }
  assert.equal(applyViewUpdates(both, [leave, ...updates], 3)['current-version-id'], 3)
})

void test('uuid and format version are what they are; properties and location change', () => {
  const view = madeWith({ a: '1', b: '2' })
  assert.equal(view.location, 'file:///v')
  const same = applyViewUpdates(
    view,
    [
      { action: 'assign-uuid', uuid: view['view-uuid'].toUpperCase() },
      { action: 'upgrade-format-version', 'format-version': 1 },
    ],
    2,
  )
  assert.deepEqual(same, view)
  const other = '00000000-0000-0000-0000-000000000000'
  for (const update of [
    { action: 'assign-uuid', uuid: other },
    { action: 'upgrade-format-version', 'format-version': 2 },
    { action: 'add-view-version', 'view-version': { ...versionOf('x'), 'schema-id': 5 } },
    { action: 'add-view-version', 'view-version': { ...versionOf('x'), 'schema-id': -1 } },
    { action: 'set-current-view-version', 'view-version-id': -1 },
  ] satisfies readonly ViewUpdate[])
    assert.throws(() => applyViewUpdates(view, [update], 2), { code: 'WEIR-4006' }, JSON.stringify(update))
  const moved = applyViewUpdates(
    view,
    [
      { action: 'set-location', location: 'file:///w/' },
      { action: 'set-properties', updates: { c: '3' } },
      { action: 'remove-properties', removals: ['a', 'none'] },
    ],
    2,
  )
  assert.deepEqual([moved.location, moved.properties], ['file:///w', { b: '2', c: '3' }])
})

void test('what is no metadata of a view is said to be none', () => {
  const view = madeWith()
  assert.deepEqual(parseViewMetadata(JSON.stringify(view), 'x'), view)
  for (const [text, message] of [
    ['{', /x is not JSON/],
    ['null', /x is not Iceberg view metadata/],
    [JSON.stringify({ ...view, 'view-uuid': undefined, 'table-uuid': 'y' }), /x is not Iceberg view metadata/],
    [JSON.stringify({ ...view, 'format-version': 2 }), /x has view format version 2; Weir reads 1/],
    [JSON.stringify({ ...view, 'current-version-id': 3 }), /x lacks its current version, 3/],
  ] as const)
    assert.throws(() => parseViewMetadata(text, 'x'), { code: 'WEIR-4008', message })
})
