import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PointerStore } from '../../src/lake/catalog/pointer-store.ts'
import type { Metadata } from '../../src/storage/metadata/metadata.ts'
import type { ResourceWrite } from '../../src/storage/metadata/resources.ts'

/** What the metadata database promises, whichever it is. Each test opens a database that is empty. */
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

  check('of each task on a table the last run is kept, until the table is gone', async ({ maintenanceRuns }) => {
    const run = { table: 'public.b', task: 'remove orphans', at: '2026-01-01T00:00:00.000Z' }
    await maintenanceRuns.save({ ...run, snapshots: 0, files: 1, error: 'the disk was full' })
    await maintenanceRuns.save({ ...run, snapshots: 0, files: 7, error: null })
    await maintenanceRuns.save({ ...run, task: 'expire snapshots', snapshots: 2, files: 3, error: null })
    await maintenanceRuns.save({ ...run, table: 'public.a', snapshots: 0, files: 0, error: null })
    assert.deepEqual(await maintenanceRuns.list(), [
      { ...run, table: 'public.a', snapshots: 0, files: 0, error: null },
      { ...run, task: 'expire snapshots', snapshots: 2, files: 3, error: null },
      { ...run, snapshots: 0, files: 7, error: null },
    ])
    await maintenanceRuns.forget('public.b')
    assert.deepEqual(
      (await maintenanceRuns.list()).map(({ table }) => table),
      ['public.a'],
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

  check('namespaces are made once, changed, listed by level and dropped when empty', async (metadata) => {
    const pointers: PointerStore = metadata.pointers
    assert.equal(await pointers.createNamespace(['a'], { owner: 'x', note: 'y' }), true)
    assert.equal(await pointers.createNamespace(['a'], {}), false)
    assert.equal(await pointers.createNamespace(['a', 'b'], {}), true)
    assert.equal(await pointers.createNamespace(['a.b'], {}), true)
    assert.equal(await pointers.createNamespace(['c', 'deep', 'er'], {}), true)
    assert.deepEqual(await pointers.listNamespaces([], { limit: 10 }), ['a', 'a.b', 'c'])
    assert.deepEqual(await pointers.listNamespaces([], { limit: 1, after: 'a' }), ['a.b'])
    assert.deepEqual(await pointers.listNamespaces(['a'], { limit: 10 }), ['b'])
    assert.equal(await pointers.changeNamespace(['a'], { set: { owner: 'z' }, remove: ['note', 'absent'] }), true)
    assert.deepEqual(await pointers.namespaceProperties(['a']), { owner: 'z' })
    assert.equal(await pointers.changeNamespace(['none'], { set: {}, remove: [] }), false)
    assert.equal(await pointers.namespaceProperties(['none']), undefined)
    assert.equal(await pointers.dropNamespace(['a']), 'not-empty')
    assert.equal(await pointers.dropNamespace(['a', 'b']), 'dropped')
    assert.equal(await pointers.dropNamespace(['a']), 'dropped')
    assert.equal(await pointers.dropNamespace(['a']), 'absent')
  })

  check('a swap makes all of its changes or none', async (metadata) => {
    const pointers: PointerStore = metadata.pointers
    const [one, two] = [tableOf('one'), tableOf('two')]
    assert.deepEqual(await pointers.swap([{ table: one, from: null, to: 'm1' }]), {
      swapped: false,
      missingNamespace: ['public'],
    })
    await pointers.createNamespace(['public'], {})
    assert.deepEqual(await pointers.swap([{ table: one, from: null, to: 'm1' }]), { swapped: true })
    assert.deepEqual(
      await pointers.swap([
        { table: two, from: null, to: 'm9' },
        { table: one, from: 'm0', to: 'm2' },
      ]),
      { swapped: false, table: one, found: 'm1' },
    )
    assert.equal(await pointers.tablePointer(two), undefined)
    assert.deepEqual(
      await pointers.swap([
        { table: one, from: 'm1', to: null },
        { table: two, from: null, to: 'm1' },
      ]),
      { swapped: true },
    )
    assert.deepEqual(await pointers.listTables(['public'], { limit: 10 }), ['two'])
    assert.equal(await pointers.dropNamespace(['public']), 'not-empty')
  })

  check('of swaps that start from one pointer one wins', async (metadata) => {
    const pointers: PointerStore = metadata.pointers
    await pointers.createNamespace(['public'], {})
    await pointers.swap([{ table: tableOf('t'), from: null, to: 'm0' }])
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, at) => pointers.swap([{ table: tableOf('t'), from: 'm0', to: `m${at + 1}` }])),
    )
    assert.equal(results.filter(({ swapped }) => swapped).length, 1)
    assert.equal(await pointers.tablePointer(tableOf('t')), `m${results.findIndex(({ swapped }) => swapped) + 1}`)
  })
}

function tableOf(name: string): { namespace: string[]; name: string } {
  return { namespace: ['public'], name }
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
