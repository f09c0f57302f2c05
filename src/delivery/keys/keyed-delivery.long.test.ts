import assert from 'node:assert/strict'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openKeyedBench, type KeyedBench } from '../../../test/support/keyed-bench.ts'
import { seededRandom } from '../../../test/support/seeded-random.ts'

const upsert = (id: number, name: string) => ({ key: `{"id":${id}}`, value: JSON.stringify({ id, name }) })
const remove = (id: number) => ({ key: `{"id":${id}}`, value: null })
const namesOf = async (bench: KeyedBench) =>
  (await bench.rows()).map(({ id, name }) => `${String(id)} ${String(name)}`).toSorted()
const stateOf = async ({ table }: KeyedBench) => table.readState((await table.load()).state!)

for (const [way, copyOnWriteBytes, formatVersion] of [
  ['copy on write', 16e6, 2],
  ['merge on read', 0, 2],
  ['vectors of version 3', 0, 3],
] as const)
  void test(`the last record of a key is its row, by ${way}: within a commit, across commits, deleted and back`, async () => {
    await using bench = await openKeyedBench({ copyOnWriteBytes, formatVersion })
    const worker = await bench.start()
    bench.log.appendKeyed(0, [upsert(1, 'a'), upsert(2, 'b'), upsert(1, 'c'), remove(3)])
    await bench.deliver(worker)
    assert.deepEqual(await namesOf(bench), ['1 c', '2 b'])
    bench.log.appendKeyed(0, [upsert(2, 'd'), upsert(3, 'e'), remove(1), upsert(4, 'f')])
    await bench.deliver(worker)
    assert.deepEqual(await namesOf(bench), ['2 d', '3 e', '4 f'])
    bench.log.appendKeyed(0, [upsert(1, 'back'), remove(2), remove(2)])
    await bench.deliver(worker)
    assert.deepEqual(await namesOf(bench), ['1 back', '3 e', '4 f'])
    const { entries, rows } = await stateOf(bench)
    assert.deepEqual(
      entries.map(({ read, delivered, rejected, applied }) => ({ read, delivered, rejected, applied })),
      [{ read: '11', delivered: '11', rejected: '0', applied: { upserts: '6', deletes: '3', superseded: '2' } }],
    )
    assert.equal(rows, '3')
  })

void test('what tells no row becomes a dead letter with the reason', async () => {
  await using bench = await openKeyedBench()
  const worker = await bench.start()
  bench.log.appendKeyed(0, [
    { key: null, value: '{"name":"no key"}' },
    { key: null, value: null },
    { key: '{"other":1}', value: null },
    { key: '{"id":"x"}', value: null },
    { key: '{"id":null}', value: null },
    upsert(1, 'a'),
    { key: '1', value: null },
    { key: '{"schema":{"type":"int64"},"payload":7}', value: null },
  ])
  await bench.deliver(worker)
  assert.deepEqual(await namesOf(bench), [])
  const { letterFiles, entries } = await stateOf(bench)
  assert.equal(entries[0]!.rejected, '5')
  const lines = (await bench.table.get(letterFiles[0]!.path)).toString().trim().split('\n')
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { reason: string }).reason),
    [
      'no value for column id, which is required',
      'there is neither a value nor a key: nothing tells which row to delete',
      'there is no value (a tombstone), and its key does not hold id as JSON',
      '"x" is not a long, which column id is',
      'null for column id, which is required',
    ],
  )
})

void test('a field that marks deletes needs the key alone; others are judged as ever', async () => {
  const deletes = { tombstones: false, recordKey: 'json', marker: { field: '__deleted', value: 'true' } } as const
  await using bench = await openKeyedBench({
    deletes,
    columns: [
      { name: 'id', type: 'long', required: true },
      { name: 'name', type: 'string', required: true },
    ],
  })
  const worker = await bench.start()
  const record = (value: object | null) => ({ key: null, value: value && JSON.stringify(value) })
  bench.log.appendKeyed(0, [
    record({ id: 1, name: 'a', __deleted: 'false' }),
    record({ id: 2, name: 'b' }),
    record({ id: 3, name: 'c', __deleted: false }),
    record({ id: 9007199254740993n.toString(), name: 'text' }),
    record(null),
  ])
  await bench.deliver(worker)
  assert.deepEqual(await namesOf(bench), ['1 a', '2 b', '3 c'])
  bench.log.appendKeyed(0, [
    record({ id: 1, name: null, __deleted: 'true' }),
    record({ id: 2, __deleted: true }),
    record({ name: null, __deleted: 'true' }),
    record({ id: 3, name: null, __deleted: 'false' }),
  ])
  await bench.deliver(worker)
  assert.deepEqual(await namesOf(bench), ['3 c'])
  assert.equal((await stateOf(bench)).entries[0]!.rejected, '4')
})

void test('scattered keys cost one data file and the positions of the rows they take away', async () => {
  await using bench = await openKeyedBench({ copyOnWriteBytes: 0 })
  const worker = await bench.start()
  const many = Array.from({ length: 20_000 }, (_, id) => upsert(id, `first ${id} ${'x'.repeat(id % 50)}`))
  bench.log.appendKeyed(0, many)
  await bench.deliver(worker)
  const before = await bench.scan()
  bench.log.appendKeyed(
    0,
    Array.from({ length: 100 }, (_, at) => upsert(at * 199, 'second')),
  )
  await bench.deliver(worker)
  const after = await bench.scan()
  assert.deepEqual([after.dataFiles.length, after.deleteFiles.length], [2, 1])
  const known = new Set(before.dataFiles.map(({ location }) => location))
  const added = [...after.dataFiles, ...after.deleteFiles].filter(({ location }) => !known.has(location))
  const bytes = added.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  assert.ok(bytes < 12_000, `${bytes} bytes for 100 keys of 20,000`)
  assert.equal((await bench.rows('count(*) AS n'))[0]!['n'], '20000')
})

for (const formatVersion of [2, 3] as const)
  void test(`version ${formatVersion}: random upserts and deletes over two partitions of a partitioned table leave what a map has, however often workers begin anew`, async () => {
    const random = seededRandom(20261129)
    await using bench = await openKeyedBench({
      copyOnWriteBytes: 0,
      formatVersion,
      partitions: 2,
      columns: [
        { name: 'region', type: 'string', required: true },
        { name: 'id', type: 'long', required: true },
        { name: 'name', type: 'string' },
      ],
      key: ['region', 'id'],
      partition: [{ name: 'region', transform: 'identity', 'source-id': 1 }],
    })
    const expected = new Map<string, string>()
    let worker = await bench.start()
    for (let round = 0; round < 15; round++) {
      for (const partition of [0, 1]) {
        const records = Array.from({ length: 1 + random.pick(60) }, (_, at) => {
          // Keyed partitioning: records of one key come from one partition.
          const id = random.pick(40) * 2 + partition
          const region = random.oneOf(['north', 'south', "o'neil"])
          const key = JSON.stringify({ region, id })
          if (random.pick(4) === 0) return (expected.delete(key), { key, value: null })
          const name = `${round}/${at}`
          expected.set(key, name)
          return { key, value: JSON.stringify({ id, region, name }) }
        })
        bench.log.appendKeyed(partition, records)
      }
      await bench.deliver(worker)
      const rows = await bench.rows('region, id, name')
      const found = rows.map(({ region, id, name }) => `${JSON.stringify({ region, id: Number(id) })} ${String(name)}`)
      assert.deepEqual(
        found.toSorted(),
        [...expected].map(([key, name]) => `${key} ${name}`).toSorted(),
        `after round ${round}`,
      )
      assert.equal((await stateOf(bench)).rows, String(expected.size))
      if (random.pick(4) > 0) continue
      await worker.stop(5000)
      worker = await bench.start()
    }
  })

void test('a key run that is cut, changed or of another file is made anew', async () => {
  await using bench = await openKeyedBench({ copyOnWriteBytes: 0 })
  let worker = await bench.start()
  bench.log.appendKeyed(0, [upsert(1, 'a'), upsert(2, 'b'), upsert(3, 'c')])
  await bench.deliver(worker)
  for (const [at, damage] of [
    (path: string) => truncate(path, 50),
    (path: string) => writeFile(path, 'nothing'),
    async (path: string) => truncate(path, 0),
  ].entries()) {
    // A commit looks for keys, and so makes runs of all files.
    bench.log.appendKeyed(0, [upsert(1, `before ${at}`)])
    await bench.deliver(worker)
    await worker.stop(5000)
    const folder = join(bench.lake.folder, 'keys', (await bench.table.load()).uuid)
    const runs = await readdir(folder)
    assert.ok(runs.length > 0)
    for (const name of runs) await damage(join(folder, name))
    worker = await bench.start()
    bench.log.appendKeyed(0, [upsert(1, `after ${at}`), upsert(2, `${at}`)])
    await bench.deliver(worker)
    assert.deepEqual(await namesOf(bench), [`1 after ${at}`, `2 ${at}`, '3 c'])
  }
})
