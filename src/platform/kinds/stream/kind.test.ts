import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stream } from '../../../index.ts'
import { createStreamService } from '../../supervisor/services/stream-service.ts'
import type { PlanContext } from '../kind-definition.ts'
import type { ReconcileServices } from '../reconcile-services.ts'
import { streamKind, streamSchema } from './kind.ts'

const declare = stream as (name: unknown, options?: unknown) => unknown

const nonsense: readonly (readonly [options: unknown, message: RegExp])[] = [
  [5, /^stream "x": its options are 5; write an object: { … }, or leave them out$/],
  [null, /its options are null/],
  [[], /its options are \[\]/],
  [new Map(), /its options are Map\(0\) {}/],
  [{ partitions: Number.NaN }, /partitions is NaN: it takes a finite number/],
  [{ partitions: 5n }, /partitions is 5n: it takes a number/],
  [{ retention: '0 s' }, /retention is "0 s": it must be at least 1 s/],
  [{ retention: '999999999999 days' }, /retention is "999999999999 days": .* more than can be counted exactly/],
  [{ retentionBytes: '0 MB' }, /retentionBytes is "0 MB": it must be at least 1 MB/],
  [{ schema: Promise.resolve({}) }, /schema is a Promise, which has no options in it; await it first/],
  [{ tags: 'team' }, /stream "x" tags: it takes an object/],
  [{ tags: { team: 5 } }, /stream "x" tags: team is 5/],
  [
    { retention: '3 days', config: { 'cleanup.policy': 'compact' } },
    /retention is "3 days": with the cleanup.policy compact no record goes by age or size; set it to compact,delete/,
  ],
  [{ retentionBytes: '1 GB', config: { 'cleanup.policy': 'compact' } }, /retentionBytes is "1 GB": with the cleanup/],
  [{ schema: { valueSubject: 'record' } }, /schema.valueSubject is "record": no subject of a value is looked for; set/],
  [{ schema: { value: 'required', keySubject: 'record' } }, /schema.keySubject is "record": no subject of a key is/],
  [{ config: { 'retention.ms': '5' } }, /config has the name "retention.ms": it is the option retention$/],
  [{ config: { 'retention.bytes': '5' } }, /config has the name "retention.bytes": it is the option retentionBytes$/],
]

for (const [options, message] of nonsense)
  void test(`a stream is refused where it is declared: ${message.source}`, () => {
    assert.throws(() => declare('x', options), { code: 'WEIR-1003', message })
  })

void test('a stream that is only compacted is said to be, and one that is not is said how long it keeps', () => {
  const said = (options: object) => streamKind.describe(streamSchema.parse(options))
  assert.equal(said({ config: { 'cleanup.policy': 'compact' } }), '4 partitions, compacted')
  assert.equal(said({ retention: 'forever', config: { 'cleanup.policy': 'compact' } }), '4 partitions, compacted')
  assert.equal(
    said({ retention: '3 days', config: { 'cleanup.policy': 'compact,delete' } }),
    '4 partitions, kept 3 days',
  )
})

void test("names of Kafka's own topics, and what is no name at all, are refused where they are declared", () => {
  for (const name of [
    '__consumer_offsets',
    '__transaction_state',
    '__share_group_state',
    '__cluster_metadata',
    '_schemas',
    '..',
  ])
    assert.throws(() => declare(name), {
      code: 'WEIR-1008',
      message: new RegExp(`stream: the name "${name}" cannot be used`),
    })
  for (const name of [Number.NaN, 5n, Symbol('x'), undefined])
    assert.throws(() => declare(name), { code: 'WEIR-1008', message: new RegExp(`the name ${String(name)}|Symbol`) })
  for (const name of ['__consumer_offsets2', '_schemas.x', 'a..b']) assert.ok(stream(name))
})

void test('a plan names a setting that the own log does not take; of another Kafka it says nothing', async () => {
  const planned = (config: Readonly<Record<string, string>>, isOwn = true): Promise<void> => {
    const streams = createStreamService({ showsOthers: isOwn } as never)
    const resource = { kind: 'stream', name: 'x', spec: streamSchema.parse({ config }), tags: {} }
    return streamKind.check!(resource, { services: { streams } } as unknown as PlanContext)
  }
  const refused = (config: Readonly<Record<string, string>>, message: RegExp): Promise<void> =>
    assert.rejects(planned(config), { code: 'WEIR-1003', message })
  await refused({ 'cleanup.polcy': 'compact' }, /stream "x": config: .* "cleanup.polcy"; did you mean "cleanup.policy"/)
  await refused({ 'segment.bytes': '5' }, /config: segment.bytes=5: it is a whole number of at least 1048576/)
  await refused({ 'min.compaction.lag.ms': '9', 'max.compaction.lag.ms': '5' }, /min.compaction.lag.ms is 9/)
  await planned({ 'cleanup.policy': 'compact' })
  await planned({ 'confluent.tier.enable': 'true' }, false)
})

void test('topics that clients made are found, also where one has more partitions than a project may ask for', async () => {
  const list = async () => [
    { name: 'wide', partitions: 5000 },
    { name: 'narrow', partitions: 1 },
  ]
  const found = await streamKind.discover!({ streams: { list } } as unknown as ReconcileServices)
  assert.deepEqual(
    found.map(({ name, spec }) => [name, spec.partitions, spec.retention]),
    [
      ['wide', 5000, '7 days'],
      ['narrow', 1, '7 days'],
    ],
  )
})
