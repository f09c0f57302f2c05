import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { schemaOf } from '../types/schema.ts'

const schema = schemaOf([{ name: 'id', type: 'long' }])
const unusable = ['.', '..', 'a\0b', 'x'.repeat(247), '😀'.repeat(22)]

async function refusal({ catalog }: LocalLake, path: string, body: unknown): Promise<string> {
  const request = { method: 'POST', path: `/v1/${path}`, query: {}, headers: {}, body: JSON.stringify(body) }
  const answer = await catalog.handle(request)
  const { error } = JSON.parse(answer.body) as { error?: { message: string } }
  return `${answer.status} ${error?.message.replace(/^The name .* cannot/, 'cannot')}`
}

void suite('names that no address, no SQL or no folder can have', () => {
  void test('are refused for tables, namespaces and new names of tables, with what to do', async () => {
    await using lake = await openLocalLake()
    await lake.client.ensureNamespace(['a'])
    await lake.client.createTable(['a'], { name: 't', schema })
    for (const name of unusable) {
      const answers = await Promise.all([
        refusal(lake, 'namespaces/a/tables', { name, schema }),
        refusal(lake, 'namespaces', { namespace: ['a', name] }),
        refusal(lake, 'tables/rename', {
          source: { namespace: ['a'], name: 't' },
          destination: { namespace: ['a'], name },
        }),
      ])
      for (const answer of answers) assert.match(answer, /^400 cannot be used: .*(Choose|Leave)/)
    }
    assert.deepEqual(await lake.client.listTables(['a']), [{ namespace: ['a'], name: 't' }])
  })

  void test('and all others are found again', async () => {
    await using lake = await openLocalLake()
    await lake.client.ensureNamespace(['a'])
    for (const name of ['...', 'a/b', '%2F', ' ', '__proto__', 'x'.repeat(246), 'ü'.repeat(123), "o'neil"]) {
      await lake.client.createTable(['a'], { name, schema })
      assert.ok(await lake.client.loadTable({ namespace: ['a'], name }), name)
    }
  })
})
