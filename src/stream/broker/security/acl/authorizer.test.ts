import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Acl, Operation, ResourceType } from './acl.ts'
import { createAuthorizer, type Authorizer } from './authorizer.ts'

const ada = { principal: { type: 'User', name: 'ada' }, host: '10.0.0.1' }
const bob = { principal: { type: 'User', name: 'bob' }, host: '10.0.0.2' }

function acl(text: string): Acl {
  const [permission, principal, operation, resourceType, resource, host = '*'] = text.split(' ')
  const pattern = resource!.endsWith('…') ? 'prefixed' : 'literal'
  return {
    permission: permission as Acl['permission'],
    principal: `User:${principal}`,
    operation: operation as Acl['operation'],
    resourceType: resourceType as ResourceType,
    resource: resource!.replace('…', ''),
    pattern,
    host,
  }
}

function by(acls: readonly string[], settings: { superUsers?: string[]; allowIfNoAcl?: boolean } = {}): Authorizer {
  return createAuthorizer(acls.map(acl), {
    superUsers: new Set(settings.superUsers),
    allowIfNoAcl: settings.allowIfNoAcl ?? false,
  })
}

const may = (authorizer: Authorizer, operation: Operation, name: string, asker = ada): boolean =>
  authorizer.allows(asker, operation, 'topic', name)

void test('what no ACL allows is denied, unless the log says otherwise for what no ACL is about', () => {
  assert.equal(may(by([]), 'read', 'orders'), false)
  const open = by(['allow bob read topic orders'], { allowIfNoAcl: true })
  assert.deepEqual([may(open, 'read', 'orders'), may(open, 'read', 'prices')], [false, true])
})

void test('literal, prefixed and wildcard patterns; a literal name is no prefix, and a prefix * only that letter', () => {
  const authorizer = by(['allow ada read topic orders', 'allow ada read topic shop-…', 'allow bob read topic *'])
  assert.deepEqual(
    ['orders', 'orders-2', 'shop-', 'shop-eu', 'shop', ''].map((name) => may(authorizer, 'read', name)),
    [true, false, true, true, false, false],
  )
  assert.ok(may(authorizer, 'read', 'anything', bob))
  const star = by(['allow ada read topic *…'])
  assert.deepEqual([may(star, 'read', 'orders'), may(star, 'read', '*x')], [false, true])
})

void test('a deny wins over every allow, by whatever pattern, and only for its operation', () => {
  for (const deny of ['deny ada read topic shop-eu', 'deny * read topic shop…', 'deny ada all topic *']) {
    const authorizer = by(['allow ada all topic shop-…', 'allow * read topic shop-eu', deny])
    assert.equal(may(authorizer, 'read', 'shop-eu'), false, deny)
  }
  const authorizer = by(['allow ada all topic orders', 'deny ada read topic orders'])
  assert.deepEqual(
    (['read', 'write', 'describe'] as const).map((operation) => may(authorizer, operation, 'orders')),
    [false, true, true],
  )
})

void test('what implies that one may look, in allows only', () => {
  for (const operation of ['read', 'write', 'delete', 'alter', 'describe'])
    assert.ok(may(by([`allow ada ${operation} topic orders`]), 'describe', 'orders'), operation)
  for (const operation of ['create', 'alter-configs', 'describe-configs'])
    assert.ok(!may(by([`allow ada ${operation} topic orders`]), 'describe', 'orders'), operation)
  assert.ok(may(by(['allow ada alter-configs topic orders']), 'describe-configs', 'orders'))
  assert.ok(may(by(['allow ada describe topic orders', 'deny ada read topic orders']), 'describe', 'orders'))
})

void test('hosts are compared as addresses; a user of another type, or with another name, is somebody else', () => {
  const authorizer = by(['allow ada read topic orders 10.0.0.1', 'allow ada read topic prices 0:0:0:0:0:0:0:1'])
  assert.ok(may(authorizer, 'read', 'orders'))
  assert.ok(!may(authorizer, 'read', 'orders', { ...ada, host: '10.0.0.9' }))
  assert.ok(may(authorizer, 'read', 'prices', { ...ada, host: '::1' }))
  assert.ok(
    !may(by(['allow ada read topic orders']), 'read', 'orders', { ...ada, principal: { type: 'Role', name: 'ada' } }),
  )
})

void test('super users may do what is denied', () => {
  const authorizer = by(['deny * all topic *'], { superUsers: ['User:ada'] })
  assert.deepEqual([may(authorizer, 'write', 'x'), may(authorizer, 'write', 'x', bob)], [true, false])
})

void test('KIP-679: whether one may write to any topic, for idempotent producers', () => {
  const any = (...acls: string[]): boolean => by(acls).allowsAny(ada, 'write', 'topic')
  assert.ok(any('allow ada write topic orders'))
  assert.ok(any('allow ada all topic shop-…'))
  assert.ok(any('allow * write topic *', 'deny ada write topic orders'))
  assert.ok(!any())
  assert.ok(!any('allow ada read topic orders', 'allow bob write topic orders', 'allow ada write group g'))
  assert.ok(!any('allow ada write topic orders', 'deny ada write topic *'))
  assert.ok(!any('allow ada write topic orders', 'deny ada write topic orders'))
  assert.ok(!any('allow ada write topic orders', 'deny ada write topic ord…'))
  assert.ok(!any('allow ada write topic orders-eu…', 'deny ada write topic orders…'))
  assert.ok(any('allow ada write topic orders…', 'deny ada write topic orders'))
})
