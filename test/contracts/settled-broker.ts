import { createTopicsApi } from '../../src/stream/protocol/apis/create-topics.ts'
import { findCoordinatorApi } from '../../src/stream/protocol/apis/find-coordinator.ts'
import { listTransactionsApi } from '../../src/stream/protocol/apis/list-transactions.ts'
import { metadataApi } from '../../src/stream/protocol/apis/metadata.ts'
import { offsetFetchApi } from '../../src/stream/protocol/apis/offset-fetch.ts'
import { askKafka } from '../support/ask-kafka.ts'
import { waitUntil } from '../support/wait-until.ts'

/** Waits until groups are served: a Kafka makes the topic that it keeps them in when their coordinator is first looked for. */
export async function groupsAreServed(port: number): Promise<void> {
  await coordinatorIsFound(port, 0)
  const groups = [{ groupId: 'any', topics: null }]
  await waitUntil('groups are served', async () => {
    return (await askKafka(port, offsetFetchApi, 8, { groups, requireStable: false })).groups[0]!.errorCode === 0
  })
}

/** The same for transactions. */
export async function transactionsAreServed(port: number): Promise<void> {
  await coordinatorIsFound(port, 1)
  await waitUntil('transactions are served', async () => {
    return (await askKafka(port, listTransactionsApi, 0, {})).errorCode === 0
  })
}

async function coordinatorIsFound(port: number, keyType: number): Promise<void> {
  await waitUntil('a coordinator', async () => {
    const { coordinators } = await askKafka(port, findCoordinatorApi, 4, { keyType, coordinatorKeys: ['any'] })
    return coordinators[0]?.errorCode === 0
  })
}

/** Makes a topic and waits until its partitions are led; its id. */
export async function makeTopic(
  port: number,
  name: string,
  partitions: number,
  configs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const set = Object.entries(configs).map(([config, value]) => ({ name: config, value }))
  const topics = [{ name, numPartitions: partitions, replicationFactor: 1, configs: set }]
  await askKafka(port, createTopicsApi, 7, { topics, timeoutMs: 10_000 })
  return waitUntil(`${name} is known`, async () => {
    const [topic] = (await askKafka(port, metadataApi, 12, { topics: [{ name }] })).topics
    const isLed = topic!.partitions.length > 0 && topic!.partitions.every(({ leaderId }) => leaderId >= 0)
    return isLed ? topic!.topicId : undefined
  })
}
