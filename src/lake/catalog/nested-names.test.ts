import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { schemaOf } from '../types/schema.ts'

const schema = schemaOf([{ name: 'id', type: 'long' }])
const levels = [['a'], ['a', 'b'], ['a', 'b', 'c']]

async function ask({ catalog }: LocalLake, method: string, path: string, body?: unknown) {
  const text = body === undefined ? '' : JSON.stringify(body)
  const answer = await catalog.handle({ method, path: `/v1/${path}`, query: {}, headers: {}, body: text })
  const error = answer.status < 400 ? undefined : (JSON.parse(answer.body) as { error: { type: string } }).error.type
  return [answer.status, error]
}

const rename = (namespace: readonly string[], name: string, to: readonly string[], as: string) => ({
  source: { namespace, name },
  destination: { namespace: to, name: as },
})

void suite('tables in namespaces of several levels', () => {
  void test('are renamed across levels, and a table of the old name gets a folder of its own', async () => {
    await using lake = await openLocalLake()
    for (const namespace of levels) await lake.client.ensureNamespace(namespace)
    await lake.client.createTable(['a', 'b'], { name: 't', schema })
    const nowhere = rename(['a', 'b'], 't', ['x', 'y'], 't')
    assert.deepEqual(await ask(lake, 'POST', 'tables/rename', nowhere), [404, 'NoSuchNamespaceException'])
    assert.deepEqual(await ask(lake, 'POST', 'tables/rename', rename(['a', 'b'], 't', ['a', 'b', 'c'], 'u')), [
      204,
      undefined,
    ])
    assert.deepEqual(await lake.client.listTables(['a', 'b']), [])
    await lake.client.createTable(['a', 'b'], { name: 't', schema })
    const [anew, moved] = await Promise.all([
      lake.client.loadTable({ namespace: ['a', 'b'], name: 't' }),
      lake.client.loadTable({ namespace: ['a', 'b', 'c'], name: 'u' }),
    ])
    assert.notEqual(anew.metadata.location, moved.metadata.location)
    const back = rename(['a', 'b', 'c'], 'u', ['a', 'b'], 't')
    assert.deepEqual(await ask(lake, 'POST', 'tables/rename', back), [409, 'AlreadyExistsException'])
    await lake.client.dropTable({ namespace: ['a', 'b'], name: 't' }, { purge: true })
    assert.equal(
      (await lake.client.loadTable({ namespace: ['a', 'b', 'c'], name: 'u' })).metadata.location,
      moved.metadata.location,
    )
  })

  void test('keep their namespaces, and those above, from being dropped', async () => {
    await using lake = await openLocalLake()
    for (const namespace of levels) await lake.client.ensureNamespace(namespace)
    await lake.client.createTable(['a', 'b', 'c'], { name: 't', schema })
    for (const path of ['a', 'a%1Fb', 'a%1Fb%1Fc'])
      assert.deepEqual(await ask(lake, 'DELETE', `namespaces/${path}`), [409, 'NamespaceNotEmptyException'])
    await lake.client.dropTable({ namespace: ['a', 'b', 'c'], name: 't' })
    for (const path of ['a%1Fb%1Fc', 'a%1Fb', 'a'])
      assert.deepEqual(await ask(lake, 'DELETE', `namespaces/${path}`), [204, undefined])
  })
})
