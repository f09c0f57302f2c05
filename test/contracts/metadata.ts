import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Metadata } from '../../src/storage/metadata/metadata.ts'
import type { ResourceWrite } from '../../src/storage/metadata/resources.ts'

/** What the metadata database promises, whichever it is; of the catalog's pointers: `pointer-store.ts`. Each test opens a database that is empty. */
export function describeMetadataContract(name: string, open: () => Promise<Metadata>): void {
  const check = (title: string, run: (metadata: Metadata) => Promise<void>): void => {
    void test(`${name}: ${title}`, async () => {
      const metadata = await open()
      try {
        await run(metadata)
      } finally {
        await metadata.close()
      }
    })
  }

  check('a resource is written with history, tags and audit, and read back', async ({ resources }) => {
    assert.deepEqual(await resources.write([writeOf('stream', 'a', null), writeOf('table', 'a', null)]), {
      written: true,
    })
    const found = await resources.get({ kind: 'stream', name: 'a' })
    assert.deepEqual(found, writeOf('stream', 'a', null).resource)
    assert.equal((await resources.history({ kind: 'stream', name: 'a' })).length, 1)
    assert.deepEqual(
      (await resources.audit({ kind: 'table', limit: 10 })).map(({ action, name, detail }) => [action, name, detail]),
      [['create', 'a', { text: 'ünïcode' }]],
    )
  })

  check('a write whose version has moved on changes nothing', async ({ resources }) => {
    await resources.write([writeOf('stream', 'a', null)])
    const refused = await resources.write([writeOf('stream', 'b', null), writeOf('stream', 'a', 7)])
    assert.deepEqual(refused, { written: false, kind: 'stream', name: 'a', found: 1 })
    assert.equal(await resources.get({ kind: 'stream', name: 'b' }), undefined)
    assert.equal((await resources.audit({ limit: 10 })).length, 1)
    assert.equal((await resources.write([writeOf('stream', 'a', 1)])).written, true)
    assert.equal((await resources.get({ kind: 'stream', name: 'a' }))?.version, 2)
    assert.deepEqual(
      (await resources.history({ kind: 'stream', name: 'a' })).map(({ version }) => version),
      [2, 1],
    )
  })

  check('of writers who start from one version one wins', async ({ resources }) => {
    await resources.write([writeOf('stream', 'a', null)])
    const results = await Promise.all(Array.from({ length: 8 }, () => resources.write([writeOf('stream', 'a', 1)])))
    assert.equal(results.filter(({ written }) => written).length, 1)
  })

  check('a state is set only for the version that it was found for', async ({ resources }) => {
    await resources.write([writeOf('stream', 'a', null)])
    const change = { state: 'Failed', reason: 'disk full', at: '2026-01-02T00:00:00.000Z' }
    assert.equal(await resources.setState({ kind: 'stream', name: 'a' }, { ...change, version: 1 }), true)
    assert.equal(await resources.setState({ kind: 'stream', name: 'a' }, { ...change, version: 2 }), false)
    assert.equal((await resources.get({ kind: 'stream', name: 'a' }))?.reason, 'disk full')
  })

  check('lists by kind, prefix, tag and state, page by page', async ({ resources }) => {
    await resources.write(['b_1', 'bx1', 'B_1', 'a', 'é'].map((each) => writeOf('stream', each, null)))
    await resources.write([writeOf('view', 'b_2', null)])
    const names = async (query: Parameters<typeof resources.list>[0]): Promise<string[]> =>
      (await resources.list(query)).map(({ kind, name: found }) => `${kind}/${found}`)
    assert.deepEqual(await names({ prefix: 'b_' }), ['stream/b_1', 'view/b_2'])
    assert.deepEqual(await names({ kind: 'stream' }), [
      'stream/B_1',
      'stream/a',
      'stream/b_1',
      'stream/bx1',
      'stream/é',
    ])
    assert.deepEqual(await names({ tags: { name: 'a', team: 'shop' } }), ['stream/a'])
    assert.deepEqual(await names({ tags: { name: 'a', team: 'other' } }), [])
    assert.deepEqual(await names({ state: 'Active' }), [])
    assert.deepEqual(await names({ after: { kind: 'stream', name: 'bx1' }, limit: 2 }), ['stream/é', 'view/b_2'])
    assert.deepEqual(await names({ kind: 'stream', limit: 2, skip: 3 }), ['stream/bx1', 'stream/é'])
    assert.deepEqual(
      await Promise.all([{}, { kind: 'stream', limit: 1 }, { prefix: 'b_' }].map((query) => resources.count(query))),
      [6, 5, 2],
    )
  })

  check('an erased resource is gone, its history stays', async ({ resources }) => {
    await resources.write([writeOf('stream', 'a', null)])
    await resources.erase({ kind: 'stream', name: 'a' })
    assert.equal(await resources.get({ kind: 'stream', name: 'a' }), undefined)
    assert.deepEqual(await resources.list({ tags: { name: 'a' } }), [])
    assert.equal((await resources.history({ kind: 'stream', name: 'a' })).length, 1)
  })

  check('epochs only grow, whoever asks at once', async ({ epochs }) => {
    const given = await Promise.all(Array.from({ length: 10 }, () => epochs.next('delivery/a')))
    assert.deepEqual(
      given.toSorted((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    )
    assert.equal(await epochs.next('delivery/b'), 1)
  })

  const ran = {
    table: 'public.b',
    task: 'compact',
    beganAt: '2026-01-01T00:00:00.000Z',
    at: '2026-01-01T00:00:01.000Z',
    snapshots: 0,
    files: 4,
    bytesRemoved: 2 ** 40,
    filesAdded: 1,
    bytesAdded: 3,
    deletedRows: 2 ** 33,
    groups: [{ partition: 'day=1', filesBefore: 4, filesAfter: 1, bytesBefore: 9, bytesAfter: 3, deletedRows: 1 }],
    groupCount: 1,
    left: ['another engine deleted rows'],
    error: null,
    code: null,
  }
  const nothing = { files: 0, bytesRemoved: 0, filesAdded: 0, bytesAdded: 0, groups: [], groupCount: 0, left: [] }

  check('of each task on a table the last run is kept, until the table is gone', async ({ maintenanceRuns }) => {
    await maintenanceRuns.save({ ...ran, error: 'the disk was full', code: 'WEIR-8001' })
    await maintenanceRuns.save(ran)
    await maintenanceRuns.save({ ...ran, task: 'expire snapshots', snapshots: 2 })
    await maintenanceRuns.save({ ...ran, table: 'public.a', ...nothing })
    assert.deepEqual(
      (await maintenanceRuns.list()).map(({ table, task, at, snapshots, files, bytesRemoved, error }) => [
        table,
        task,
        at,
        snapshots,
        files,
        bytesRemoved,
        error,
      ]),
      [
        ['public.a', 'compact', ran.at, 0, 0, 0, null],
        ['public.b', 'compact', ran.at, 0, 4, 2 ** 40, null],
        ['public.b', 'expire snapshots', ran.at, 2, 4, 2 ** 40, null],
      ],
    )
    await maintenanceRuns.forget('public.b')
    assert.deepEqual(
      (await maintenanceRuns.list()).map(({ table }) => table),
      ['public.a'],
    )
    assert.deepEqual(await maintenanceRuns.history('public.b', { limit: 10 }), { items: [], next: null })
  })

  check('the last hundred runs of a task that did something are kept, and all are counted', async (metadata) => {
    const { maintenanceRuns } = metadata
    const failed = { ...ran, ...nothing, task: 'remove orphans', error: 'no folder', code: 'WEIR-8001' }
    await maintenanceRuns.save(failed)
    for (let at = 0; at < 103; at++) await maintenanceRuns.save({ ...ran, files: at + 1, bytesRemoved: 10 })
    await maintenanceRuns.save({ ...ran, ...nothing })
    const files: number[] = []
    let before: number | undefined
    do {
      const page = await maintenanceRuns.history('public.b', { limit: 30, ...(before === undefined ? {} : { before }) })
      files.push(...page.items.map((run) => run.files))
      before = page.next ?? undefined
    } while (before !== undefined)
    assert.deepEqual(files, [...Array.from({ length: 100 }, (_, at) => 103 - at), 0])
    const [newest] = (await maintenanceRuns.history('public.b', { limit: 1 })).items
    const { id: _, ...kept } = newest!
    assert.deepEqual(kept, { ...ran, files: 103, bytesRemoved: 10 })
    const totals = (await maintenanceRuns.totals('public.b')).toSorted((a, b) => (a.task < b.task ? -1 : 1))
    assert.deepEqual(
      totals.map(({ task, runs, bytesRemoved, bytesAdded, since }) => [task, runs, bytesRemoved, bytesAdded, since]),
      [
        ['compact', 104, 1030, 309, ran.at],
        ['remove orphans', 1, 0, 0, ran.at],
      ],
    )
  })

  check('what a delivery adopted is kept by table, changed and forgotten', async ({ adoptions }) => {
    assert.equal(await adoptions.get('d', 'public.t'), null)
    await adoptions.save('d', 'public.t', { table: 'uuid-1', source: 'topic-1' })
    await adoptions.save('d', 'other.t', { table: 'uuid-2', source: 'topic-1' })
    await adoptions.save('e', 'public.t', { table: 'uuid-1', source: 'topic-1' })
    await adoptions.save('d', 'public.t', { table: 'uuid-1', source: 'topic-2' })
    assert.deepEqual(await adoptions.get('d', 'public.t'), { table: 'uuid-1', source: 'topic-2' })
    assert.deepEqual(await adoptions.get('d', 'other.t'), { table: 'uuid-2', source: 'topic-1' })
    await adoptions.forget('d')
    assert.deepEqual([await adoptions.get('d', 'public.t'), await adoptions.get('d', 'other.t')], [null, null])
    assert.deepEqual(await adoptions.get('e', 'public.t'), { table: 'uuid-1', source: 'topic-1' })
  })
}

function writeOf(kind: string, name: string, from: number | null): ResourceWrite {
  const at = '2026-01-01T00:00:00.000Z'
  const version = (from ?? 0) + 1
  const action = from === null ? 'create' : 'update'
  return {
    from,
    resource: {
      kind,
      name,
      spec: { partitions: version },
      tags: { name, team: 'shop' },
      references: [{ kind: 'secret', name: 's' }],
      origin: 'project',
      version,
      state: 'Creating',
      reason: null,
      createdAt: at,
      updatedAt: at,
    },
    audit: { at, actor: 'test', action, kind, name, detail: { text: 'ünïcode' } },
  }
}
