import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { group, policy, stream, table, user, view } from '../../../index.ts'
import type { PlanContext } from '../kind-definition.ts'
import { policyKind } from './kind.ts'

const orders = table('orders', { columns: { id: 'long', customer: 'string' }, namespace: 'sales' })
const byDay = view('by_day', { sql: 'select 1' })
const analysts = [group('analysts')]

void suite('policies', () => {
  void test('tables and views are themselves, principals and patterns are words', () => {
    const declared = policy('reading', {
      principals: [...analysts, user('bo'), 'everyone'],
      allow: ['table:read'],
      on: [orders, byDay, 'raw.in_*'],
      columns: { mask: ['Customer'] },
    })
    assert.deepEqual(declared.spec, {
      principals: ['group:analysts', 'user:bo', 'everyone'],
      allow: ['table:read'],
      deny: [],
      on: ['sales.orders', 'public.by_day', 'raw.in_*'],
      columns: { mask: ['Customer'] },
    })
    const { allow, mask } = policyKind.policy!(declared as never)
    assert.deepEqual([allow, mask], [['table:read'], ['customer']])
  })

  void test('what means nothing is refused with what would', () => {
    const refused = (options: object, text: RegExp) =>
      assert.throws(
        () => policy('p', options as never),
        (error: Error) => {
          assert.match(error.message, text)
          return true
        },
      )
    const on = [orders]
    refused({ principals: ['ana'], on, allow: ['table:read'] }, /a principal is user\('ana'\), group\('analysts'\)/)
    refused({ principals: analysts, on: ['orders'], allow: ['table:read'] }, /write it with its namespace/)
    refused(
      { principals: analysts, on: [stream('s')], allow: ['table:read'] },
      /on takes tables and views, not the stream "s"/,
    )
    refused({ principals: analysts, on, allow: ['table:reed'] }, /allow/)
    refused({ principals: analysts, on }, /it allows and denies nothing/)
    refused({ principals: analysts, on, allow: ['table:read'], deny: ['table:read'] }, /it is allowed too/)
    refused(
      { principals: analysts, on, allow: ['table:write'], columns: { mask: ['x'] } },
      /masked for those who are allowed table:read/,
    )
    refused({ principals: analysts, on, allow: ['table:read'], columns: { mask: ['a.b'] } }, /whole columns/)
    refused(
      { principals: analysts, on: ['*'], allow: ['table:read'], columns: { mask: ['a'] } },
      /name them, or a namespace/,
    )
    refused({ principals: [], on, allow: ['table:read'] }, /principals/)
    refused({ principals: analysts, on: [], allow: ['table:read'] }, /on/)
    refused({ principals: analysts, on, allow: ['table:read'], colums: {} }, /Did you mean columns\?/)
  })

  void test('a policy about a user whom nobody knows says so, and holds all the same', async () => {
    const principals = { isKnown: (name: string) => name !== 'user:an' }
    const troubleOf = (options: object) => {
      const declared = policy('p', { on: [orders], deny: ['table:read'], ...options } as never)
      return policyKind.trouble!(declared as never, { principals } as never)
    }
    assert.equal(await troubleOf({ principals: [user('ana'), 'everyone'] }), null)
    assert.match((await troubleOf({ principals: [user('an')] }))!, /nobody is user:an: the policy holds for the others/)
  })

  void test('a name that is nowhere, and a column to mask that is not there, are refused by the plan', async () => {
    const context = {
      relations: async () => ({
        version: 1,
        views: [],
        tables: [
          { schema: 'sales', name: 'orders', columns: [{ name: 'id', type: 'long', required: true }], key: ['id'] },
        ],
      }),
    } as unknown as PlanContext
    const check = (options: Partial<Parameters<typeof policy>[1]>) => {
      const declared = policy('p', {
        principals: analysts,
        allow: ['table:read'],
        on: [],
        ...options,
      } as never)
      return policyKind.check!(declared as never, context)
    }
    await check({ on: ['sales.ORDERS', 'sales.other*'] })
    await check({ on: ['sales.coming'], allow: ['table:create'] })
    await assert.rejects(
      check({ on: ['sales.ordrs'] }),
      /there is no table or view sales.ordrs. Did you mean sales.orders\?/,
    )
    await assert.rejects(
      check({ on: ['sales.orders'], columns: { mask: ['ib'] } }),
      /sales.orders has no column "ib" to mask. Did you mean id\?/,
    )
    const masked = { on: ['sales.orders'], columns: { mask: ['ID'] } }
    await check(masked)
    for (const action of ['table:write', 'table:*'] as const)
      await assert.rejects(check({ ...masked, allow: ['table:read', action] }), /"ID" is of the key of sales.orders/)
  })
})
