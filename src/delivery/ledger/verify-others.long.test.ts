import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openKeyedBench, type KeyedBench } from '../../../test/support/keyed-bench.ts'
import { startWriteEngine } from '../../../test/support/write-engine.ts'
import { writeState } from '../commit/write-state.ts'
import { verifyDelivery } from './verify-delivery.ts'

const upsert = (id: number, name: string) => ({ key: `{"id":${id}}`, value: JSON.stringify({ id, name }) })
const first = [upsert(1, 'a'), upsert(2, 'b'), upsert(3, 'c'), upsert(4, 'd')]

async function answer({ ports }: KeyedBench): Promise<readonly [string, string]> {
  const { verdict, partitions } = await verifyDelivery(ports)
  return [verdict, partitions.flatMap(({ findings }) => findings).join('; ')]
}

/** A table with rows of a delivery, and SQL that writes to it. */
async function writtenBench(formatVersion: 2 | 3, copyOnWriteBytes = 0) {
  const bench = await openKeyedBench({ formatVersion, copyOnWriteBytes })
  const engine = await startWriteEngine({}, { ...bench.lake, [Symbol.asyncDispose]: async () => undefined })
  const worker = await bench.start()
  const client = await engine.client()
  bench.log.appendKeyed(0, first)
  await bench.deliver(worker)
  return {
    bench,
    sql: (text: string) => client.query(text),
    async deliver(...records: Parameters<typeof bench.log.appendKeyed>[1]) {
      bench.log.appendKeyed(0, records)
      await bench.deliver(worker)
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await bench[Symbol.asyncDispose]()
    },
  }
}

/** What a delivery with an error would commit: a file of rows, or one of deletes, goes. */
async function lose({ table }: KeyedBench, which: (file: { readonly rows: number }) => boolean): Promise<void> {
  const view = await table.load()
  const lost = (await table.rowChanges.files(view)).filter(which).map(({ location }) => location)
  assert.ok(lost.length > 0)
  const removed = await table.rowChanges.removed(view, new Set(lost))
  await table.commit(view, {
    files: [],
    removed,
    state: await writeState(table, await table.readState(view.state!)),
  })
}

for (const version of [2, 3] as const)
  for (const copyOnWriteBytes of [0, 16e6]) {
    const how = `version ${version}, ${copyOnWriteBytes === 0 ? 'merge on read' : 'copy on write'}`

    void test(`rows that SQL adds and changes are no loss and no doubt: ${how}`, async () => {
      for (const [statement, rows] of [
        [`insert into t (id, name) values (70, 'x'), (71, 'y')`, '6'],
        [`update t set name = 'x' where id in (1, 3)`, '4'],
        [
          `insert into t (id, name) values (1, 'x'), (80, 'y') on conflict (id) do update set name = excluded.name`,
          '5',
        ],
        [`insert into t (id, name) values (1, 'x') on conflict do nothing`, '4'],
      ] as const) {
        await using w = await writtenBench(version, copyOnWriteBytes)
        await w.sql(statement)
        assert.deepEqual(await answer(w.bench), ['proven', ''], statement)
        assert.equal((await verifyDelivery(w.bench.ports)).rows, rows, statement)
        await w.deliver(upsert(2, 'bb'), upsert(5, 'e'))
        assert.deepEqual(await answer(w.bench), ['proven', ''], `${statement}, then a delivery`)
      }
    })

    void test(`rows that SQL removes leave open what was removed: ${how}`, async () => {
      for (const statement of [
        'delete from t where id = 1',
        'update t set id = 90 where id = 1',
        `delete from t where id = 1; insert into t (id, name) values (91, 'n')`,
      ]) {
        await using w = await writtenBench(version, copyOnWriteBytes)
        await w.sql(statement)
        const open =
          /^partition 0 lacks the rows of the records at offsets 0, .* and others have removed rows from the table$/
        const [verdict, why] = await answer(w.bench)
        assert.equal(verdict, 'cannot tell', `${statement}: ${why}`)
        assert.match(why, open)
        await w.deliver(upsert(2, 'bb'))
        const [later, stillWhy] = await answer(w.bench)
        assert.equal(later, 'cannot tell', `${statement}: ${stillWhy}`)
        assert.match(stillWhy, open)
        // A later record of the key gives it a row again, and nothing is open.
        await w.deliver(upsert(1, 'again'))
        assert.deepEqual(await answer(w.bench), ['proven', ''], statement)
      }
    })
  }

for (const version of [2, 3] as const)
  void test(`a real loss is found in a table that SQL has written to, version ${version}`, async () => {
    await using inserted = await writtenBench(version)
    await inserted.sql(`insert into t (id, name) values (70, 'x')`)
    await lose(inserted.bench, ({ rows }) => rows === 4)
    const [verdict, why] = await answer(inserted.bench)
    assert.equal(verdict, 'violated')
    assert.match(why, /lacks the rows of the records at offsets 0, 1, 2, 3, the last of their keys/)
    assert.match(why, /the table has 1 rows, its state says 4/)

    await using deleted = await writtenBench(version)
    await deleted.sql('delete from t where id = 1')
    await deleted.deliver(upsert(5, 'e'), upsert(6, 'f'))
    assert.equal((await answer(deleted.bench))[0], 'cannot tell')
    await lose(deleted.bench, ({ rows }) => rows === 2)
    const [more, moreWhy] = await answer(deleted.bench)
    assert.equal(more, 'violated', moreWhy)
    assert.match(moreWhy, /offsets 0, 4, 5, the last of their keys; others have removed 1 rows at most/)
  })
