import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kinds } from '../kinds/registry.ts'
import type { Resource } from '../kinds/resource.ts'
import { controlEvents } from './control-events.ts'
import { declaredRelations } from './declared-relations.ts'

const view = (name: string, state: Resource['state'] = 'Active') =>
  ({ kind: 'view', name, spec: { sql: 'select 1' }, state }) as Resource
const changed = { type: 'resource', kind: 'view', name: 'a', state: 'Active' } as const

void test('views are read once, and anew after each change; one that is being deleted is gone', async () => {
  const events = controlEvents()
  let resources = [view('a')]
  let lists = 0
  const views = declaredRelations({ list: async () => (lists++, resources), kinds, events })
  const names = async () => (await views()).views.map(({ name }) => name)
  assert.deepEqual(await names(), ['a'])
  assert.equal(await views(), await views())
  assert.equal(lists, 1)
  resources = [view('a', 'Deleting'), view('b')]
  events.emit(changed)
  assert.deepEqual(await names(), ['b'])
})

void test('a list that a change overtook is not kept, nor one that failed', async () => {
  const events = controlEvents()
  const { promise, resolve } = Promise.withResolvers<readonly Resource[]>()
  const lists = [promise, Promise.reject(new Error('disk')), Promise.resolve([view('new')])]
  lists[1]!.catch(() => undefined)
  const views = declaredRelations({ list: () => lists.shift()!, kinds, events })
  const early = views()
  events.emit(changed)
  await assert.rejects(views(), /disk/)
  resolve([view('old')])
  assert.deepEqual(
    (await early).views.map(({ name }) => name),
    ['old'],
  )
  assert.deepEqual(
    (await views()).views.map(({ name }) => name),
    ['new'],
  )
})
