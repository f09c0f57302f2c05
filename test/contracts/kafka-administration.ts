import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WeirError } from '../../src/kernel/errors/weir-error.ts'
import type { AclBinding } from '../../src/stream/client/kafka-acls.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { joinGroup } from '../support/group-member.ts'
import { waitUntil } from '../support/wait-until.ts'

export interface Administered {
  readonly client: () => KafkaClient
  readonly bootstrap: () => string
  readonly newTopic: (partitions?: number) => Promise<string>
}

/** What `weir stream` and the console ask of any broker besides records. */
export function administrationContract({ client, bootstrap, newTopic }: Administered): void {
  void test('a group with members is listed, described with its assignment, and refused to be changed', async () => {
    const topic = await newTopic(3)
    const group = `${topic}-members`
    const member = await joinGroup(bootstrap(), group, topic)
    const { groups } = client()
    try {
      const described = await waitUntil('the group is stable', async () => {
        const [found] = await groups.describe([group, 'no-such-group'])
        return found?.state === 'Stable' ? found : undefined
      })
      assert.deepEqual(
        [described.type, described.protocolType, described.assignor],
        ['classic', 'consumer', 'RoundRobinAssigner'],
      )
      assert.equal(described.coordinator, bootstrap())
      const [one] = described.members
      assert.deepEqual([one?.clientId, one?.clientHost], ['reader', '127.0.0.1'])
      const [assigned] = one?.assignment ?? []
      assert.deepEqual([assigned?.topic, assigned?.partitions.toSorted()], [topic, [0, 1, 2]])
      const listed = (await groups.list()).find((one) => one.group === group)
      assert.deepEqual(listed, { group, protocolType: 'consumer', state: 'Stable', type: 'classic' })
      await rejectsWith('UNKNOWN_MEMBER_ID', groups.commit(group, [{ topic, partition: 0, offset: 0 }]))
      await rejectsWith('NON_EMPTY_GROUP', groups.delete(group))
    } finally {
      await member.leave()
    }
  })

  void test('a group without members is set to offsets of several topics, read back, and deleted', async () => {
    const [one, other] = [await newTopic(2), await newTopic()]
    const group = `${one}-offsets`
    const { groups } = client()
    assert.deepEqual(await groups.committed(group), [])
    await groups.commit(group, [
      { topic: one, partition: 0, offset: 3, metadata: 'half of it' },
      { topic: one, partition: 1, offset: 4 },
      { topic: other, partition: 0, offset: 5 },
    ])
    const committed = (await groups.committed(group)).map(
      ({ topic, partition, offset, metadata }) =>
        `${topic === one ? 'one' : 'other'} ${partition} at ${offset}: "${metadata}"`,
    )
    assert.deepEqual(new Set(committed), new Set(['one 0 at 3: "half of it"', 'one 1 at 4: ""', 'other 0 at 5: ""']))
    const [described] = await groups.describe([group])
    assert.deepEqual([described?.state, described?.members], ['Empty', []])
    await groups.delete(group)
    await waitUntil('it is gone', async () => (await groups.describe([group])).length === 0)
    await rejectsWith('GROUP_ID_NOT_FOUND', groups.delete(group))
  })

  void test('configs say where they come from, what they do and what they would be; a change can be tried', async () => {
    const topic = await newTopic()
    const { topics } = client()
    await topics.alterConfigs(topic, { 'max.message.bytes': '2000000' }, { validateOnly: true })
    const largest = async () => (await topics.configs(topic)).find(({ name }) => name === 'max.message.bytes')!
    const before = await largest()
    assert.notEqual(before.value, '2000000')
    assert.deepEqual([before.type, before.readOnly, before.fallback], ['int', false, undefined])
    assert.notEqual(before.source, 'topic')
    assert.ok(before.documentation.length > 20)
    await topics.alterConfigs(topic, { 'max.message.bytes': '2000000' })
    await waitUntil('it is changed', async () => (await largest()).value === '2000000')
    const after = await largest()
    assert.deepEqual([after.source, after.fallback?.value], ['topic', before.value])
    const wrong = topics.alterConfigs(topic, { 'max.message.bytes': 'many' }, { validateOnly: true })
    await rejectsWith('INVALID_CONFIG', wrong)
  })

  void test('records are given up before an offset', async () => {
    const topic = await newTopic()
    const producer = await client().createProducer({ topic })
    for (let at = 0; at < 10; at++) await producer.send({ value: String(at) })
    await producer.close()
    assert.deepEqual(await client().topics.deleteRecords(topic, new Map([[0, 4]])), new Map([[0, 4]]))
    assert.equal((await client().offsets.list(topic, 'start')).get(0), 4)
  })
}

/** A broker with an authorizer that lets everybody in while a resource has no ACL. */
export function aclContract(client: () => KafkaClient): void {
  void test('ACLs are made, found by what applies to a resource, and removed by a filter', async () => {
    const { acls } = client()
    const common = { resourceType: 'topic', host: '*', permission: 'allow' } as const
    const literal = {
      ...common,
      resource: 'orders-eu',
      pattern: 'literal',
      principal: 'User:ada',
      operation: 'read',
    } as const
    const prefixed = {
      ...common,
      resource: 'orders-',
      pattern: 'prefixed',
      principal: 'User:grace',
      operation: 'write',
    } as const
    const denied = { ...literal, principal: 'User:eve', permission: 'deny', operation: 'all' } as const
    await acls.create([literal, prefixed, denied])
    const applying = { resourceType: 'topic', resource: 'orders-eu', pattern: 'match' } as const
    const found = await waitUntil('all are there', async () => {
      const listed = await acls.list(applying)
      return listed.length === 3 ? listed : undefined
    })
    const byPrincipal = (left: AclBinding, right: AclBinding) => (left.principal < right.principal ? -1 : 1)
    assert.deepEqual(found.toSorted(byPrincipal), [literal, denied, prefixed])
    assert.deepEqual(await acls.list({ principal: 'User:grace' }), [prefixed])
    assert.deepEqual(await acls.list({ permission: 'deny' }), [denied])
    assert.deepEqual(await acls.delete({ principal: 'User:eve' }), [denied])
    await waitUntil('it is gone', async () => (await acls.list(applying)).length === 2)
    assert.equal((await acls.delete({ resourceType: 'topic' })).length, 2)
  })
}

async function rejectsWith(name: string, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error: WeirError) => error.details['error'] === name)
}
