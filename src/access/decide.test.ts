import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { decide } from './decide.ts'
import { type Policy, type TableAction, tableActions } from './policy.ts'
import { administrator, type UserPrincipal } from './principal.ts'
import { parseTablePattern } from './table-pattern.ts'

const user = (name: string, ...groups: string[]): UserPrincipal => ({ kind: 'user', name, groups })
const ana = user('ana', 'analysts')

function policy(name: string, given: { on: string[] } & Partial<Omit<Policy, 'on' | 'name'>>): Policy {
  const on = given.on.map((text) => parseTablePattern(text)!)
  return { name, principals: ['everyone'], allow: [], deny: [], mask: [], ...given, on }
}

const on = (text: string) => {
  const [name, ...levels] = text.split('.').toReversed()
  return { namespace: levels.toReversed(), name: name === '*' ? null : name! }
}

void suite('decisions', () => {
  void test('a table that no policy names is for everybody, one that is named for those who are allowed', () => {
    const reading = policy('reading', { principals: ['group:analysts'], allow: ['table:read'], on: ['public.orders'] })
    const may = (who: UserPrincipal, action: TableAction, table: string) => decide([reading], who, action, on(table))
    assert.ok(may(ana, 'table:read', 'public.orders').allowed)
    assert.ok(may(ana, 'table:read', 'Public.ORDERS').allowed)
    assert.ok(may(user('bob'), 'table:drop', 'public.others').allowed)
    assert.ok(may(user('bob'), 'table:drop', 'sales.orders').allowed)
    assert.deepEqual(may(ana, 'table:write', 'public.orders'), {
      allowed: false,
      reason: 'user "ana" lacks table:write on public.orders: policy "reading" names it and none allows it',
    })
    assert.equal(may(user('bob'), 'table:read', 'PUBLIC.Orders').allowed, false)
    assert.ok(decide([reading], administrator, 'table:drop', on('public.orders')).allowed)
  })

  void test('a denial goes before what is allowed, and says whose it is', () => {
    const all = policy('all', { principals: ['user:ana'], allow: tableActions, on: ['*'] })
    const no = policy('no-drops', { principals: ['group:analysts'], deny: ['table:drop'], on: ['sales.*'] })
    assert.deepEqual(decide([all, no], ana, 'table:drop', on('sales.orders')), {
      allowed: false,
      reason: 'policy "no-drops" denies user "ana" table:drop on sales.orders',
    })
    assert.ok(decide([all, no], ana, 'table:drop', on('public.orders')).allowed)
    assert.equal(decide([all, no], user('eve', 'analysts'), 'table:read', on('sales.orders')).allowed, false)
  })

  void test('columns are masked where all policies that let one read mask them', () => {
    const masked = policy('masked', { allow: ['table:read'], on: ['public.orders'], mask: ['customer', 'phone'] })
    const wider = policy('wider', {
      principals: ['user:ana'],
      allow: ['table:read'],
      on: ['public.*'],
      mask: ['phone'],
    })
    const masksOf = (policies: Policy[], who: UserPrincipal) => {
      const decision = decide(policies, who, 'table:read', on('public.orders'))
      return decision.allowed && decision.masks.map(({ column }) => column)
    }
    assert.deepEqual(masksOf([masked, wider], user('bob')), ['customer', 'phone'])
    assert.deepEqual(masksOf([masked, wider], ana), ['phone'])
    assert.deepEqual(masksOf([wider, masked], ana), ['phone'])
    const decision = decide([masked], ana, 'table:write', on('public.orders'))
    assert.equal(decision.allowed, false)
  })

  void test('a namespace itself is named by a pattern of all its tables only', () => {
    const some = policy('some', { on: ['sales.raw_*', 'sales.orders'] })
    assert.ok(decide([some], ana, 'table:create', on('sales.*')).allowed)
    const whole = policy('whole', { on: ['sales.*'] })
    assert.equal(decide([whole], ana, 'table:create', on('sales.*')).allowed, false)
    assert.ok(decide([whole], ana, 'table:create', on('sales.eu.*')).allowed)
  })

  void test('a level that holds what parts levels where namespaces are kept is those levels', () => {
    const all = policy('all', { principals: ['user:ana'], allow: tableActions, on: ['a.b.*'] })
    for (const namespace of [['a', 'b'], ['A\u001fB']])
      assert.equal(decide([all], user('bob'), 'table:create', { namespace, name: 't' }).allowed, false)
    for (const namespace of [['a.b'], ['a'], ['a', 'b', 'c']])
      assert.ok(decide([all], user('bob'), 'table:create', { namespace, name: 't' }).allowed)
  })

  void test('what names no table in one way is no pattern', () => {
    for (const text of ['orders', '', '.', 'a.', '.a', 'a..b', 'a.*b', '*.a', 'a.b*c', '**', 'a.**'])
      assert.equal(parseTablePattern(text), undefined, text)
    for (const text of ['a.b', 'a.b.c', 'a.*', 'a.b*', '*']) assert.ok(parseTablePattern(text), text)
  })

  /** The rules as the specification has them, one after the other, over few names: slow, and plain. */
  function model(policies: readonly Given[], who: UserPrincipal, action: TableAction, table: string): boolean {
    const [schema, name] = table.toLowerCase().split('.')
    const matches = (text: string) => {
      const pattern = text.toLowerCase()
      if (pattern === '*') return true
      if (pattern.endsWith('*')) return `${schema}.${name}`.startsWith(pattern.slice(0, -1))
      return pattern === `${schema}.${name}`
    }
    const means = (text: string) =>
      text === 'everyone' || text === `user:${who.name}` || who.groups.some((group) => text === `group:${group}`)
    let named = false
    let allowed = false
    for (const each of policies) {
      if (!each.on.some(matches)) continue
      named = true
      if (!each.principals.some(means)) continue
      if (each.deny.includes(action)) return false
      allowed ||= each.allow.includes(action)
    }
    return !named || allowed
  }

  interface Given {
    readonly principals: string[]
    readonly allow: TableAction[]
    readonly deny: TableAction[]
    readonly on: string[]
  }

  void test('decisions are those of a model that reads the rules one by one', () => {
    const words = (...all: string[]) => fc.subarray(all, { minLength: 1 })
    const some = fc.subarray<TableAction>([...tableActions])
    const given = fc.record({
      principals: words('everyone', 'user:ana', 'user:bob', 'group:a', 'group:b'),
      allow: some,
      deny: fc.oneof({ weight: 3, arbitrary: fc.constant<TableAction[]>([]) }, some),
      on: words('*', 'p.*', 'q.*', 'p.a*', 'p.ab', 'p.b', 'q.AB', 'q.a'),
    })
    fc.assert(
      fc.property(
        fc.array(given, { maxLength: 5 }),
        fc.record({ name: fc.constantFrom('ana', 'bob', 'eve'), groups: fc.subarray(['a', 'b']) }),
        fc.constantFrom(...tableActions),
        fc.constantFrom('p.a', 'p.ab', 'p.b', 'q.ab', 'q.a', 'Q.Ab', 'r.a'),
        (policies, who, action, table) => {
          const principal = user(who.name, ...who.groups)
          const real = policies.map((each, at) => policy(`p${at}`, each))
          const { allowed } = decide(real, principal, action, on(table))
          assert.equal(allowed, model(policies, principal, action, table))
        },
      ),
      { numRuns: 3000 },
    )
  })

  void test('what one more policy does: an allowing one takes nothing away but from tables that none named, a denying one gives nothing', () => {
    const each = fc.record({
      principals: fc.subarray(['everyone', 'user:ana', 'group:a'], { minLength: 1 }),
      allow: fc.subarray<TableAction>([...tableActions]),
      on: fc.subarray(['*', 'p.*', 'p.ab'], { minLength: 1 }),
    })
    fc.assert(
      fc.property(fc.array(each, { maxLength: 4 }), each, fc.constantFrom(...tableActions), (before, more, action) => {
        const principal = user('ana', 'a')
        const policies = before.map((one, at) => policy(`p${at}`, one))
        const was = decide(policies, principal, action, on('p.ab')).allowed
        const wasNamed = policies.some((one) => !decide([{ ...one, allow: [] }], principal, action, on('p.ab')).allowed)
        const allowing = decide([...policies, policy('more', more)], principal, action, on('p.ab')).allowed
        if (was && wasNamed) assert.ok(allowing)
        const denying = policy('more', { ...more, allow: [], deny: more.allow })
        if (!was) assert.equal(decide([...policies, denying], principal, action, on('p.ab')).allowed, false)
      }),
      { numRuns: 2000 },
    )
  })
})
