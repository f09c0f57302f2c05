import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { connectKafka } from '../../client/connect.ts'
import { consumerGroupHeartbeatApi } from '../../protocol/apis/consumer-group-heartbeat.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import type { BrokerConfig } from '../broker.ts'

const withAcls: Partial<BrokerConfig> = {
  listeners: [
    { name: 'clients', host: '127.0.0.1', port: 0, sasl: { mechanisms: ['SCRAM-SHA-256'] } },
    // For requests as they are: whoever comes by it is ANONYMOUS.
    { name: 'local', host: '127.0.0.1', port: 0 },
  ],
  security: {
    users: { admin: 'a' },
    authorization: { superUsers: ['User:admin'], allowEveryoneIfNoAcl: false },
  },
}

const whom = { principal: 'User:ANONYMOUS', host: '*', permission: 'allow', pattern: 'literal' } as const

void test('an expression finds the topics that its member may describe, and others once it may describe them', async () => {
  await using log = await runBroker({ config: withAcls })
  const login = { mechanism: 'SCRAM-SHA-256', user: 'admin', password: 'a' } as const
  const admin = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000, login })
  await admin.topics.create(['orders', 'orders-eu', 'secrets'].map((name) => ({ name, partitions: 1 })))
  await admin.acls.create([
    { ...whom, resourceType: 'group', resource: 'g', operation: 'read' },
    { ...whom, resourceType: 'topic', resource: 'orders', operation: 'describe' },
  ])
  const port = log.ports[1]!
  const beat = (memberEpoch: number, more: object = {}) => {
    const itself = { groupId: 'g', memberId: 'm', memberEpoch, rebalanceTimeoutMs: 1000, topicPartitions: [] }
    return askKafka(port, consumerGroupHeartbeatApi, 1, { ...itself, subscribedTopicRegex: '.*', ...more })
  }
  const joined = await beat(0)
  assert.deepEqual([joined.errorCode, joined.assignment?.topicPartitions.length], [0, 1])
  await admin.acls.create([{ ...whom, resourceType: 'topic', resource: 'orders-eu', operation: 'describe' }])
  const later = await beat(joined.memberEpoch)
  assert.equal(later.assignment?.topicPartitions.length, 2)
  const named = await beat(0, { subscribedTopicNames: ['secrets'] })
  assert.equal(named.errorCode, kafkaErrors.TOPIC_AUTHORIZATION_FAILED)
  await admin.close()
})
