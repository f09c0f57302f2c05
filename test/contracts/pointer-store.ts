import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page, PointerStore, TableIdent } from '../../src/lake/catalog/pointer-store.ts'
import type { Receipt } from '../../src/lake/catalog/receipt.ts'

export interface TestedPointers extends AsyncDisposable {
  readonly pointers: PointerStore
}

/** What the catalog's pointers promise (`src/lake/catalog/pointer-store.ts`), whatever keeps them. Each test opens an empty store. */
export function describePointerStoreContract(name: string, open: () => Promise<TestedPointers>): void {
  const check = (title: string, run: (pointers: PointerStore) => Promise<void>): void => {
    void test(`pointers, ${name}: ${title}`, async () => {
      await using tested = await open()
      await run(tested.pointers)
    })
  }
  describeNamespaces(check)
  describeSwaps(check)
  describeViews(check)
  describeReceipts(check)
  describeRaces(check)
}

type Check = (title: string, run: (pointers: PointerStore) => Promise<void>) => void

const all: Page = { limit: 100 }
/** In the order of UTF-8, which is neither that of UTF-16 nor of any language; patterns and quotes are plain characters. */
const sortedNames = [' ', '"', '%', "'; --", 'A', 'B', '_', 'a', 'a b', 'a.b', 'aa', 'b', 'é', '\ufffd', '😀']

function tableOf(name: string, namespace: readonly string[] = ['public']): TableIdent {
  return { namespace, name }
}

async function withTable(pointers: PointerStore, table: TableIdent, location: string): Promise<void> {
  assert.deepEqual(await pointers.swap([{ table, from: null, to: location }]), { swapped: true })
}

function describeNamespaces(check: Check): void {
  check('a namespace is made once, changed, and dropped when nothing is in it', async (pointers) => {
    assert.equal(await pointers.createNamespace(['a'], { owner: 'x', note: 'ünïcode "y"' }), true)
    assert.equal(await pointers.createNamespace(['a'], { owner: 'other' }), false)
    assert.deepEqual(await pointers.namespaceProperties(['a']), { owner: 'x', note: 'ünïcode "y"' })
    assert.equal(await pointers.changeNamespace(['a'], { set: { owner: 'z' }, remove: ['note', 'absent'] }), true)
    assert.deepEqual(await pointers.namespaceProperties(['a']), { owner: 'z' })
    assert.equal(await pointers.changeNamespace(['none'], { set: { a: 'b' }, remove: [] }), false)
    assert.equal(await pointers.namespaceProperties(['none']), undefined)
    assert.equal(await pointers.dropNamespace(['a']), 'dropped')
    assert.equal(await pointers.dropNamespace(['a']), 'absent')
  })

  check('a namespace holds what lies below it, and nothing that is only spelt alike', async (pointers) => {
    for (const namespace of [['a'], ['a', 'b'], ['a.b'], ['ab'], ['A'], ['c', 'deep', 'er']])
      assert.equal(await pointers.createNamespace(namespace, {}), true)
    assert.deepEqual(await pointers.listNamespaces([], all), ['A', 'a', 'a.b', 'ab', 'c'])
    assert.deepEqual(await pointers.listNamespaces(['a'], all), ['b'])
    // Its parents need not exist, but are there to go through.
    assert.deepEqual(await pointers.listNamespaces(['c'], all), ['deep'])
    assert.equal(await pointers.namespaceProperties(['c', 'deep']), undefined)
    assert.equal(await pointers.dropNamespace(['c']), 'absent')
    assert.equal(await pointers.dropNamespace(['a']), 'not-empty')
    assert.equal(await pointers.dropNamespace(['a', 'b']), 'dropped')
    assert.equal(await pointers.dropNamespace(['a']), 'dropped')
    await withTable(pointers, tableOf('t', ['ab']), 'm1')
    assert.equal(await pointers.dropNamespace(['ab']), 'not-empty')
  })

  check('names are sorted by the bytes of UTF-8, page by page', async (pointers) => {
    await pointers.createNamespace(['public'], {})
    for (const name of sortedNames.toReversed()) {
      await pointers.createNamespace(['public', name, 'below'], {})
      await withTable(pointers, tableOf(name), `m ${name}`)
    }
    for (const list of [
      (page: Page) => pointers.listTables(['public'], page),
      (page: Page) => pointers.listNamespaces(['public'], page),
    ]) {
      assert.deepEqual(await list(all), sortedNames)
      assert.deepEqual(await list({ limit: 3 }), sortedNames.slice(0, 3))
      for (const [at, after] of sortedNames.entries())
        assert.deepEqual(await list({ limit: 2, after }), sortedNames.slice(at + 1, at + 3), `after ${after}`)
      assert.deepEqual(await list({ limit: 1, after: 'a.c' }), ['aa'], 'after a name that is not there')
      assert.deepEqual(await list({ limit: 5, after: '😁' }), [])
    }
    for (const name of sortedNames) assert.equal(await pointers.tablePointer(tableOf(name)), `m ${name}`)
  })
}

function describeSwaps(check: Check): void {
  check('a table is made, moved and taken out, each from what it is', async (pointers) => {
    const table = tableOf('t')
    const made = { table, from: null, to: 'm1' }
    assert.deepEqual(await pointers.swap([made]), { swapped: false, missingNamespace: ['public'] })
    await pointers.createNamespace(['public'], {})
    assert.deepEqual(await pointers.swap([made]), { swapped: true })
    assert.deepEqual(await pointers.swap([made]), { swapped: false, table, found: 'm1' })
    assert.deepEqual(await pointers.swap([{ table, from: 'm0', to: 'm2' }]), { swapped: false, table, found: 'm1' })
    assert.deepEqual(await pointers.swap([{ table, from: 'm1', to: 'm2' }]), { swapped: true })
    assert.equal(await pointers.tablePointer(table), 'm2')
    assert.deepEqual(await pointers.swap([{ table, from: 'm1', to: null }]), { swapped: false, table, found: 'm2' })
    assert.deepEqual(await pointers.swap([{ table, from: 'm2', to: null }]), { swapped: true })
    assert.equal(await pointers.tablePointer(table), undefined)
    assert.deepEqual(await pointers.swap([{ table, from: 'm2', to: 'm3' }]), { swapped: false, table, found: null })
    assert.deepEqual(await pointers.listTables(['public'], all), [])
  })

  check('a swap makes all of its changes or none', async (pointers) => {
    await pointers.createNamespace(['public'], {})
    const [one, two, elsewhere] = [tableOf('one'), tableOf('two'), tableOf('one', ['none'])]
    await withTable(pointers, one, 'm1')
    const [create, wrong] = [
      { table: two, from: null, to: 'm9' },
      { table: one, from: 'm0', to: 'm2' },
    ]
    for (const changes of [
      [create, wrong],
      [wrong, create],
    ])
      assert.deepEqual(await pointers.swap(changes), { swapped: false, table: one, found: 'm1' })
    const astray = [create, { table: elsewhere, from: null, to: 'm1' }]
    assert.deepEqual(await pointers.swap(astray), { swapped: false, missingNamespace: ['none'] })
    assert.deepEqual(await pointers.listTables(['public'], all), ['one'])
    assert.equal(await pointers.tablePointer(one), 'm1')
  })

  check('a rename gives one name up and takes another, and two tables can exchange theirs', async (pointers) => {
    for (const namespace of [['public'], ['other']]) await pointers.createNamespace(namespace, {})
    const [one, two, far] = [tableOf('one'), tableOf('two'), tableOf('one', ['other'])]
    await withTable(pointers, one, 'm1')
    await withTable(pointers, two, 'm2')
    const rename = (from: TableIdent, to: TableIdent, location: string) => [
      { table: from, from: location, to: null },
      { table: to, from: null, to: location },
    ]
    assert.deepEqual(await pointers.swap(rename(one, two, 'm1')), { swapped: false, table: two, found: 'm2' })
    assert.deepEqual(await pointers.swap(rename(one, far, 'm1')), { swapped: true })
    assert.deepEqual(await pointers.listTables(['public'], all), ['two'])
    const exchange = [
      { table: far, from: 'm1', to: 'm2' },
      { table: two, from: 'm2', to: 'm1' },
    ]
    assert.deepEqual(await pointers.swap(exchange), { swapped: true })
    assert.deepEqual([await pointers.tablePointer(far), await pointers.tablePointer(two)], ['m2', 'm1'])
    assert.deepEqual(await pointers.swap([]), { swapped: true })
  })
}

function describeViews(check: Check): void {
  const [view, table] = [tableOf('v'), tableOf('t')]
  const withBoth = async (pointers: PointerStore) => {
    await pointers.createNamespace(['public'], {})
    await withTable(pointers, table, 'm1')
    assert.deepEqual(await pointers.swap([{ table: view, kind: 'view', from: null, to: 'v1' }]), { swapped: true })
  }

  check('a view is made, moved and taken out, and no list or pointer of tables shows it', async (pointers) => {
    const missing = await pointers.swap([{ table: view, kind: 'view', from: null, to: 'v1' }])
    assert.deepEqual(missing, { swapped: false, missingNamespace: ['public'] })
    await withBoth(pointers)
    assert.deepEqual([await pointers.viewPointer(view), await pointers.tablePointer(view)], ['v1', undefined])
    assert.deepEqual([await pointers.viewPointer(table), await pointers.tablePointer(table)], [undefined, 'm1'])
    assert.deepEqual(await pointers.listTables(['public'], all), ['t'])
    assert.deepEqual(await pointers.listViews(['public'], all), ['v'])
    assert.deepEqual(await pointers.swap([{ table: view, kind: 'view', from: 'v1', to: 'v2' }]), { swapped: true })
    assert.deepEqual(await pointers.swap([{ table: view, kind: 'view', from: 'v1', to: 'v3' }]), {
      swapped: false,
      table: view,
      found: 'v2',
    })
    assert.equal(await pointers.dropNamespace(['public']), 'not-empty')
    assert.deepEqual(await pointers.swap([{ table: view, kind: 'view', from: 'v2', to: null }]), { swapped: true })
    assert.deepEqual([await pointers.viewPointer(view), await pointers.listViews(['public'], all)], [undefined, []])
  })

  check('INV-V1: a name is a table or a view, never both, and neither is moved as the other', async (pointers) => {
    await withBoth(pointers)
    for (const [ident, kind, found] of [
      [view, 'table', 'v1'],
      [table, 'view', 'm1'],
    ] as const)
      for (const change of [
        { from: null, to: 'x' },
        { from: found, to: 'x' },
        { from: found, to: null },
      ])
        assert.deepEqual(await pointers.swap([{ table: ident, kind, ...change }]), {
          swapped: false,
          table: ident,
          found,
        })
    assert.deepEqual([await pointers.viewPointer(view), await pointers.tablePointer(table)], ['v1', 'm1'])
  })

  check(
    'a namespace with nothing but a view in it is not dropped, and views are listed page by page',
    async (pointers) => {
      await pointers.createNamespace(['public'], {})
      for (const name of sortedNames.toReversed())
        assert.equal(
          (await pointers.swap([{ table: tableOf(name), kind: 'view', from: null, to: name }])).swapped,
          true,
        )
      assert.equal(await pointers.dropNamespace(['public']), 'not-empty')
      assert.deepEqual(await pointers.listViews(['public'], { limit: 2, after: 'A' }), ['B', '_'])
      assert.deepEqual(await pointers.listViews(['public'], all), sortedNames)
      assert.deepEqual(await pointers.listTables(['public'], all), [])
    },
  )
}

const receiptOf = (key: string, at: number, expires: number): Receipt => ({
  key,
  request: 'r',
  answer: '{}',
  at,
  expires,
})

function describeReceipts(check: Check): void {
  const table = tableOf('t')
  const made = { table, from: null, to: 'm1' }

  check('INV-V3: a receipt is kept with the change that it is of, and with none that is refused', async (pointers) => {
    assert.equal(await pointers.receiptOf('k1'), undefined)
    await pointers.swap([made], receiptOf('k1', 1, 9))
    await pointers.changeNamespace(['public'], { set: { a: 'b' }, remove: [] }, receiptOf('k1', 1, 9))
    await pointers.dropNamespace(['public'], receiptOf('k1', 1, 9))
    assert.equal(await pointers.receiptOf('k1'), undefined, 'no namespace')
    const kept = async (key: string) => (await pointers.receiptOf(key)) !== undefined
    await pointers.createNamespace(['public'], {}, receiptOf('create', 1, 9))
    await pointers.createNamespace(['public'], {}, receiptOf('again', 1, 9))
    await pointers.changeNamespace(['public'], { set: { a: 'b' }, remove: [] }, receiptOf('change', 1, 9))
    await pointers.swap([made], receiptOf('swap', 1, 9))
    await pointers.swap([made], receiptOf('lost', 1, 9))
    await pointers.dropNamespace(['public'], receiptOf('not-empty', 1, 9))
    await pointers.swap([{ table, from: 'm1', to: null }])
    await pointers.dropNamespace(['public'], receiptOf('drop', 1, 9))
    const all = ['create', 'again', 'change', 'swap', 'lost', 'not-empty', 'drop']
    assert.deepEqual(await Promise.all(all.map(kept)), [true, false, true, true, false, false, true])
    assert.deepEqual(await pointers.receiptOf('swap'), receiptOf('swap', 1, 9))
  })

  check('INV-V3: nothing is changed under a key that has a receipt, until it has expired', async (pointers) => {
    await pointers.createNamespace(['public'], {})
    await pointers.keepReceipt(receiptOf('k', 1_700_000_000_000, 1_700_000_060_000))
    await assert.rejects(pointers.keepReceipt(receiptOf('k', 1_700_000_059_999, 1_800_000_000_000)))
    await assert.rejects(pointers.swap([made], receiptOf('k', 1_700_000_059_999, 1_800_000_000_000)))
    assert.equal(await pointers.tablePointer(table), undefined)
    const later = receiptOf('k', 1_700_000_060_000, 1_800_000_000_000)
    assert.deepEqual(await pointers.swap([made], later), { swapped: true })
    assert.deepEqual(await pointers.receiptOf('k'), later)
  })
}

function describeRaces(check: Check): void {
  check('of swaps that start from one pointer one wins', async (pointers) => {
    await pointers.createNamespace(['public'], {})
    const table = tableOf('t')
    await withTable(pointers, table, 'm0')
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, at) => pointers.swap([{ table, from: 'm0', to: `m${at + 1}` }])),
    )
    assert.equal(results.filter(({ swapped }) => swapped).length, 1)
    const winner = `m${results.findIndex(({ swapped }) => swapped) + 1}`
    assert.equal(await pointers.tablePointer(table), winner)
    for (const result of results)
      if (!result.swapped) assert.deepEqual(result, { swapped: false, table, found: winner })
  })

  check('of those who make one namespace or one table one is told that it did', async (pointers) => {
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, at) => pointers.createNamespace(['public'], { at: String(at) })),
    )
    assert.equal(made.filter(Boolean).length, 1)
    assert.deepEqual(await pointers.namespaceProperties(['public']), { at: String(made.indexOf(true)) })
    const table = tableOf('t')
    const created = await Promise.all(
      Array.from({ length: 8 }, (_, at) => pointers.swap([{ table, from: null, to: `m${at}` }])),
    )
    assert.equal(created.filter(({ swapped }) => swapped).length, 1)
  })

  check('of those who make a table and a view of one name one is told that it did', async (pointers) => {
    await pointers.createNamespace(['public'], {})
    const table = tableOf('t')
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        pointers.swap([{ table, kind: at % 2 === 0 ? 'table' : 'view', from: null, to: `m${at}` }]),
      ),
    )
    assert.equal(made.filter(({ swapped }) => swapped).length, 1)
    const winner = made.findIndex(({ swapped }) => swapped)
    const found = await Promise.all([pointers.tablePointer(table), pointers.viewPointer(table)])
    assert.deepEqual(found, winner % 2 === 0 ? [`m${winner}`, undefined] : [undefined, `m${winner}`])
  })

  check('a table is never made in a namespace that goes at the same moment', async (pointers) => {
    for (let round = 0; round < 10; round++) {
      const namespace = [`n${round}`]
      const table = tableOf('t', namespace)
      await pointers.createNamespace(namespace, {})
      const [dropped, created] = await Promise.all([
        pointers.dropNamespace(namespace),
        pointers.swap([{ table, from: null, to: 'm1' }]),
      ])
      if (dropped === 'dropped') assert.deepEqual(created, { swapped: false, missingNamespace: namespace })
      else assert.deepEqual([dropped, created], ['not-empty', { swapped: true }])
      assert.equal((await pointers.tablePointer(table)) === undefined, dropped === 'dropped')
    }
  })

  check('changes of one namespace at the same moment are all made', async (pointers) => {
    await pointers.createNamespace(['public'], { old: 'x' })
    await Promise.all([
      ...Array.from({ length: 6 }, (_, at) =>
        pointers.changeNamespace(['public'], { set: { [`k${at}`]: String(at) }, remove: [] }),
      ),
      pointers.changeNamespace(['public'], { set: {}, remove: ['old'] }),
    ])
    assert.deepEqual(
      await pointers.namespaceProperties(['public']),
      Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`k${at}`, String(at)])),
    )
  })
}
