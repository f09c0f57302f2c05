import assert from 'node:assert/strict'
import { pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { connectKafka } from '../../client/connect.ts'
import type { KafkaClient } from '../../client/kafka-client.ts'
import { alterClientQuotasApi } from '../../protocol/apis/alter-client-quotas.ts'
import { alterUserScramCredentialsApi } from '../../protocol/apis/alter-user-scram-credentials.ts'
import { createAclsApi } from '../../protocol/apis/create-acls.ts'
import { describeAclsApi } from '../../protocol/apis/describe-acls.ts'
import { describeClientQuotasApi } from '../../protocol/apis/describe-client-quotas.ts'
import { describeUserScramCredentialsApi } from '../../protocol/apis/describe-user-scram-credentials.ts'
import type { BrokerConfig } from '../broker.ts'
import type { SecurityChange } from './security-log.ts'

const withAcls: Partial<BrokerConfig> = {
  listeners: [
    { name: 'clients', host: '127.0.0.1', port: 0, sasl: { mechanisms: ['SCRAM-SHA-256'] } },
    // For requests as they are: whoever comes by it is ANONYMOUS.
    { name: 'local', host: '127.0.0.1', port: 0 },
  ],
  security: {
    users: { admin: 'a', ada: 'b' },
    authorization: { superUsers: ['User:admin', 'User:ANONYMOUS'], allowEveryoneIfNoAcl: false },
  },
  limits: { failedLoginDelayMs: 1 },
}

function connectAs(log: RunningBroker, user: string, password: string): Promise<KafkaClient> {
  return connectKafka({
    bootstrap: log.bootstrap,
    deadlineMs: 2000,
    login: { mechanism: 'SCRAM-SHA-256', user, password },
  })
}

const refusedAs = (error: string) => (thrown: { code: string; details: { error: string } }) =>
  thrown.code === 'WEIR-3103' && thrown.details.error === error

function mayDo(
  operation: 'read' | 'write' | 'create' | 'describe',
  resource: string,
  pattern: 'literal' | 'prefixed' = 'literal',
) {
  const whom = { principal: 'User:ada', host: '*', permission: 'allow' } as const
  return { ...whom, resourceType: 'topic', resource, pattern, operation } as const
}

void test('ACLs hold for the next request of connections that are open, and are there after a restart (INV-S2)', async () => {
  await using log = await runBroker({ config: withAcls })
  const admin = await connectAs(log, 'admin', 'a')
  await admin.topics.create([{ name: 'orders' }, { name: 'secrets' }])
  const ada = await connectAs(log, 'ada', 'b')
  assert.deepEqual(await ada.topics.describe(), [])
  await assert.rejects(ada.createProducer({ topic: 'orders' }), refusedAs('TOPIC_AUTHORIZATION_FAILED'))
  await admin.acls.create([mayDo('write', 'orders'), mayDo('read', 'or', 'prefixed')])
  const producer = await ada.createProducer({ topic: 'orders' })
  await producer.send({ value: 'one' })
  await producer.flush()
  assert.deepEqual(
    (await ada.topics.describe()).map(({ name }) => name),
    ['orders'],
  )
  // Whether it is there is not told either.
  for (const name of ['secrets', 'nothing'])
    await assert.rejects(ada.offsets.list(name, 'end'), refusedAs('TOPIC_AUTHORIZATION_FAILED'))
  await assert.rejects(ada.acls.list(), refusedAs('CLUSTER_AUTHORIZATION_FAILED'))
  await Promise.all([admin.close(), ada.close()])
  await log.restart()
  const again = await connectAs(log, 'ada', 'b')
  const root = await connectAs(log, 'admin', 'a')
  assert.equal((await again.offsets.list('orders', 'end')).size, 4)
  assert.equal((await root.acls.list({ resourceType: 'topic', resource: 'orders', pattern: 'match' })).length, 2)
  assert.equal((await root.acls.delete({ principal: 'User:ada' })).length, 2)
  await assert.rejects(again.offsets.list('orders', 'end'), refusedAs('TOPIC_AUTHORIZATION_FAILED'))
  await Promise.all([again.close(), root.close()])
})

void test('users that a tool makes log in after a restart, those of the project are only changed by it', async () => {
  const changes: SecurityChange[] = []
  await using log = await runBroker({ config: withAcls, audit: (change) => changes.push(change) })
  const salt = Buffer.from('1a2b3c')
  const saltedPassword = pbkdf2Sync('pw', salt, 4096, 32, 'sha256')
  const upsert = (name: string, iterations = 4096) =>
    askKafka(log.ports[1]!, alterUserScramCredentialsApi, 0, {
      deletions: [],
      upsertions: [{ name, mechanism: 1, iterations, salt, saltedPassword }],
    })
  assert.equal((await upsert('eve')).results[0]!.errorCode, 0)
  assert.equal((await upsert('eve', 100)).results[0]!.errorCode, 93)
  const own = (await upsert('ada')).results[0]!
  assert.deepEqual([own.errorCode, /declared by the project/.test(own.errorMessage!)], [93, true])
  await log.restart()
  await (await connectAs(log, 'eve', 'pw')).close()
  const { results } = await askKafka(log.ports[1]!, describeUserScramCredentialsApi, 0, { users: null })
  assert.deepEqual(
    results
      .map(({ user, credentialInfos }) => `${user} ${credentialInfos.length}`)
      .toSorted((a, b) => a.localeCompare(b)),
    ['ada 2', 'admin 2', 'eve 1'],
  )
  const gone = await askKafka(log.ports[1]!, alterUserScramCredentialsApi, 0, {
    deletions: [
      { name: 'eve', mechanism: 1 },
      { name: 'nobody', mechanism: 1 },
    ],
    upsertions: [],
  })
  assert.deepEqual(
    gone.results.map(({ errorCode }) => errorCode),
    [0, 91],
  )
  await assert.rejects(connectAs(log, 'eve', 'pw'), { code: 'WEIR-3106' })
  assert.deepEqual(
    changes.map(({ kind, action, name, actor }) => [kind, action, name, actor]),
    [
      ['user', 'alter', 'eve', 'User:ANONYMOUS'],
      ['user', 'delete', 'eve', 'User:ANONYMOUS'],
    ],
  )
  assert.ok(!JSON.stringify(changes).includes(saltedPassword.toString('base64')))
})

void test('a password that the project changes replaces the old one, and a user that it drops is gone', async () => {
  await using log = await runBroker({ config: withAcls })
  await log.restart({ security: { ...withAcls.security, users: { ada: 'new' } } })
  await (await connectAs(log, 'ada', 'new')).close()
  await assert.rejects(connectAs(log, 'ada', 'b'), { code: 'WEIR-3106' })
  await assert.rejects(connectAs(log, 'admin', 'a'), { code: 'WEIR-3106' })
})

void test('quotas are listed as they were set, also after a restart; what makes no sense is refused', async () => {
  await using log = await runBroker({ config: withAcls })
  const ada = { entityType: 'user', entityName: 'ada' }
  const app = { entityType: 'client-id', entityName: null }
  const set = (
    entity: readonly { entityType: string; entityName: string | null }[],
    key: string,
    value: number,
    remove = false,
  ) => askKafka(log.ports[1]!, alterClientQuotasApi, 1, { entries: [{ entity, ops: [{ key, value, remove }] }] })
  assert.equal((await set([ada], 'producer_byte_rate', 1000)).entries[0]!.errorCode, 0)
  assert.equal((await set([ada, app], 'request_percentage', 12.5)).entries[0]!.errorCode, 0)
  for (const [entity, key, value] of [
    [[ada], 'producer_byte_rate', 0],
    [[ada], 'producer_byte_rate', 1.5],
    [[ada], 'produce_byte_rate', 1],
    [[], 'producer_byte_rate', 1],
    [[ada, ada], 'producer_byte_rate', 1],
    [[{ entityType: 'ip', entityName: '10.0.0.1' }], 'connection_creation_rate', 1],
  ] as const)
    assert.equal((await set(entity, key, value)).entries[0]!.errorCode, 42)
  await log.restart()
  const list = (
    components: readonly { entityType: string; matchType: number; match: string | null }[],
    strict = false,
  ) => askKafka(log.ports[1]!, describeClientQuotasApi, 1, { components, strict })
  assert.equal((await list([])).entries!.length, 2)
  const exact = await list([{ entityType: 'user', matchType: 0, match: 'ada' }], true)
  assert.deepEqual(
    exact.entries!.map(({ values }) => values.map(({ key, value }) => [key, value])),
    [[['producer_byte_rate', 1000]]],
  )
  const defaults = await list([{ entityType: 'client-id', matchType: 1, match: null }])
  assert.deepEqual(
    defaults.entries![0]!.entity.toSorted((a, b) => (a.entityType < b.entityType ? -1 : 1)),
    [app, ada],
  )
  await set([ada], 'producer_byte_rate', 0, true)
  assert.equal((await list([])).entries!.length, 1)
})

void test('without authorization there are no ACLs, and the answer says so', async () => {
  await using log = await runBroker()
  const { errorCode } = await askKafka(log.broker.port, describeAclsApi, 1, {
    resourceTypeFilter: 1,
    resourceNameFilter: null,
    patternTypeFilter: 1,
    principalFilter: null,
    hostFilter: null,
    operation: 1,
    permissionType: 1,
  })
  assert.equal(errorCode, 54)
})

void test('an ACL that makes no sense is refused by itself, and the others of its request are made', async () => {
  await using log = await runBroker({ config: withAcls })
  const good = {
    resourceType: 2,
    resourceName: 'orders',
    resourcePatternType: 3,
    principal: 'User:ada',
    host: '*',
    operation: 3,
    permissionType: 3,
  }
  const { results } = await askKafka(log.ports[1]!, createAclsApi, 2, {
    creations: [
      { ...good, resourceType: 1 },
      good,
      { ...good, resourceType: 4 },
      { ...good, resourcePatternType: 2 },
      { ...good, operation: 1 },
      { ...good, permissionType: 1 },
      { ...good, principal: 'ada' },
      { ...good, resourceName: '' },
      good,
    ],
  })
  assert.deepEqual(
    results.map(({ errorCode }) => errorCode),
    [42, 0, 42, 42, 42, 42, 42, 42, 0],
  )
})
