import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { consumerGroupHeartbeatApi } from '../../protocol/apis/consumer-group-heartbeat.ts'
import { describeConfigsApi } from '../../protocol/apis/describe-configs.ts'
import { incrementalAlterConfigsApi } from '../../protocol/apis/incremental-alter-configs.ts'
import { kafkaErrors } from '../../protocol/errors.ts'

const groupResource = 32
const group = 'readers'

void test('a group has settings of its own, also after a restart: how often its members are to be heard of, and for how long they may not', async () => {
  await using log = await runBroker()
  const alter = async (configs: { name: string; value?: string; configOperation?: number }[]) => {
    const resources = [{ resourceType: groupResource, resourceName: group, configs }]
    const { responses } = await askKafka(log.broker.port, incrementalAlterConfigsApi, 1, { resources })
    return responses[0]!
  }
  const described = async () => {
    const resources = [{ resourceType: groupResource, resourceName: group, configurationKeys: null }]
    const { results } = await askKafka(log.broker.port, describeConfigsApi, 4, { resources })
    return results[0]!.configs.map(({ name, value, configSource }) => [name, value, configSource])
  }
  const heartbeatInterval = async (memberEpoch: number) => {
    const itself = {
      memberId: 'm',
      memberEpoch,
      rebalanceTimeoutMs: 1000,
      subscribedTopicNames: [],
      topicPartitions: [],
    }
    const answer = await askKafka(log.broker.port, consumerGroupHeartbeatApi, 1, { groupId: group, ...itself })
    return answer.heartbeatIntervalMs
  }
  assert.equal(await heartbeatInterval(0), 5000)
  assert.equal((await alter([{ name: 'consumer.heartbeat.interval.ms', value: '7000' }])).errorCode, 0)
  assert.equal(await heartbeatInterval(1), 7000)
  await log.restart()
  assert.equal(await heartbeatInterval(1), 7000)
  assert.deepEqual(await described(), [
    ['consumer.heartbeat.interval.ms', '7000', 8],
    ['consumer.session.timeout.ms', '45000', 5],
  ])
  for (const [name, value, message] of [
    ['consumer.session.timeout.ms', '1000', /from 45000 to 60000/],
    ['consumer.session.timeout.ms', 'x', /from 45000 to 60000/],
    ['consumer.session.timeout', '50000', /did you mean "consumer.session.timeout.ms"/],
  ] as const) {
    const refused = await alter([{ name, value }])
    assert.equal(refused.errorCode, kafkaErrors.INVALID_CONFIG)
    assert.match(refused.errorMessage ?? '', message)
  }
  await alter([{ name: 'consumer.heartbeat.interval.ms', configOperation: 1 }])
  assert.equal(await heartbeatInterval(1), 5000)
})
