import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { metadataApi } from '../../protocol/apis/metadata.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { zeroUuid } from '../../protocol/field.ts'

void test('a topic asked for by its id is refused as in Kafka where the answer has no place for one without a name', async () => {
  await using log = await runBroker()
  const topicId = '01234567-89ab-4def-8123-456789abcdef'
  const byId = [
    { name: null, topicId },
    { name: 'orders', topicId: zeroUuid },
  ]
  for (const version of [10, 11]) {
    const { topics } = await askKafka(log.broker.port, metadataApi, version, { topics: byId })
    assert.deepEqual(
      topics.map(({ name, errorCode }) => [name, errorCode]),
      [
        ['', kafkaErrors.INVALID_REQUEST],
        ['orders', kafkaErrors.INVALID_REQUEST],
      ],
    )
  }
  const { topics } = await askKafka(log.broker.port, metadataApi, 12, { topics: byId.slice(0, 1) })
  assert.deepEqual([topics[0]!.name, topics[0]!.errorCode], [null, kafkaErrors.UNKNOWN_TOPIC_ID])
})
