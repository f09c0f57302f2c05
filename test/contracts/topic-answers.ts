import { askKafka } from '../support/ask-kafka.ts'
import { waitUntil } from '../support/wait-until.ts'
import { alterConfigsApi } from '../../src/stream/protocol/apis/alter-configs.ts'
import { alterPartitionReassignmentsApi } from '../../src/stream/protocol/apis/alter-partition-reassignments.ts'
import { createPartitionsApi } from '../../src/stream/protocol/apis/create-partitions.ts'
import { createTopicsApi } from '../../src/stream/protocol/apis/create-topics.ts'
import { deleteRecordsApi } from '../../src/stream/protocol/apis/delete-records.ts'
import { deleteTopicsApi } from '../../src/stream/protocol/apis/delete-topics.ts'
import { describeConfigsApi } from '../../src/stream/protocol/apis/describe-configs.ts'
import { describeLogDirsApi } from '../../src/stream/protocol/apis/describe-log-dirs.ts'
import { describeTopicPartitionsApi } from '../../src/stream/protocol/apis/describe-topic-partitions.ts'
import { electLeadersApi } from '../../src/stream/protocol/apis/elect-leaders.ts'
import { incrementalAlterConfigsApi } from '../../src/stream/protocol/apis/incremental-alter-configs.ts'
import { listOffsetsApi } from '../../src/stream/protocol/apis/list-offsets.ts'
import { listPartitionReassignmentsApi } from '../../src/stream/protocol/apis/list-partition-reassignments.ts'
import { metadataApi } from '../../src/stream/protocol/apis/metadata.ts'
import { produceApi } from '../../src/stream/protocol/apis/produce.ts'
import { nameOfKafkaError } from '../../src/stream/protocol/errors.ts'
import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'

/** What a broker answered: errors by name, and what is not of its own making. */
export type Answer = readonly [question: string, answer: unknown]

interface Wanted {
  readonly name: string
  readonly partitions?: number
  readonly factor?: number
  readonly assignments?: readonly (readonly number[])[]
  readonly configs?: Readonly<Record<string, string>>
}

type Ask = (question: string, answer: Promise<unknown>) => Promise<void>

/** Puts the same questions about topics and their configurations to a broker that has none yet. */
export async function topicAnswers(port: number): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  const ask: Ask = async (question, answer) => void answers.push([question, await answer])
  await askToCreate(port, ask)
  await askToGrow(port, ask)
  await askAboutConfigs(port, ask)
  await askToProduce(port, ask)
  await askAboutReplicas(port, ask)
  await askToDelete(port, ask)
  return answers
}

async function create(port: number, wanted: readonly Wanted[], validateOnly = false) {
  const topics = wanted.map(({ name, partitions = 1, factor = 1, assignments = [], configs = {} }) => ({
    name,
    numPartitions: partitions,
    replicationFactor: factor,
    assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds: [...brokerIds] })),
    configs: Object.entries(configs).map(([config, value]) => ({ name: config, value })),
  }))
  const answer = await askKafka(port, createTopicsApi, 7, { topics, timeoutMs: 10_000, validateOnly })
  await isKnown(port, wanted, validateOnly ? [] : answer.topics.filter(({ errorCode }) => errorCode === 0))
  return answer.topics
    .map(({ name, errorCode, numPartitions, replicationFactor }) => [
      name,
      nameOfKafkaError(errorCode),
      numPartitions,
      replicationFactor,
    ])
    .toSorted(byText)
}

/** Kafka's brokers hear of a topic some time after it was made. */
async function isKnown(port: number, wanted: readonly Wanted[], made: readonly { readonly name: string }[]) {
  for (const { name } of made)
    await waitUntil(`${name} is known`, async () => {
      const [topic] = (await askKafka(port, metadataApi, 9, { topics: [{ name }] })).topics
      return (
        topic!.partitions.length > 0 && wanted.length > 0 && topic!.partitions.every(({ errorCode }) => errorCode === 0)
      )
    })
}

async function askToCreate(port: number, ask: Ask): Promise<void> {
  const one = (wanted: Wanted, validateOnly = false) => create(port, [wanted], validateOnly)
  await ask('a topic', one({ name: 'orders', partitions: 2 }))
  await ask('the same again', one({ name: 'orders', partitions: 2 }))
  await ask('only to look', one({ name: 'looked', partitions: 3 }, true))
  await ask('only to look at one that is there', one({ name: 'orders' }, true))
  await ask('all by default', one({ name: 'defaults', partitions: -1, factor: -1 }))
  await ask('no partitions', one({ name: 'none', partitions: 0 }))
  await ask('less than none', one({ name: 'none', partitions: -5 }))
  await ask('no replicas', one({ name: 'none', factor: 0 }))
  await ask('three replicas', one({ name: 'none', factor: 3 }))
  for (const name of ['', '.', '..', 'a b', 'a/b', 'x'.repeat(250)]) await ask(`the name "${name}"`, one({ name }))
  await ask('a dot', one({ name: 'with.dot' }))
  await ask('a line where a dot is', one({ name: 'with_dot' }))
  await ask('twice in a request', create(port, [{ name: 'twice' }, { name: 'twice' }]))
  await ask('one good, one bad', create(port, [{ name: 'good' }, { name: 'bad', factor: 9 }]))
  const assigned = (assignments: Wanted['assignments'], more: Partial<Wanted> = {}) =>
    one({
      name: `assigned${JSON.stringify(assignments).replaceAll(/[^0-9]/g, '-')}`,
      partitions: -1,
      factor: -1,
      ...more,
      assignments: assignments!,
    })
  await ask('assigned', assigned([[1], [1]]))
  await ask('assigned to a stranger', assigned([[1], [7]]))
  await ask('assigned twice', assigned([[1, 1]]))
  await ask('assigned to nobody', assigned([[]]))
  await ask('assigned, with a number', assigned([[1], [1], [1]], { partitions: 3 }))
  await ask('assigned, with a factor', assigned([[1], [1], [1]], { factor: 1 }))
  for (const configs of [
    { 'cleanup.policy': 'compact' },
    { 'cleanup.policy': 'archive' },
    { 'retention.ms': 'x' },
    { 'retention.ms': '-2' },
    { 'segment.bytes': '1000' },
    { 'no.such.config': '1' },
    { 'compression.type': 'zstd' },
    { 'compression.type': 'brotli' },
    { 'min.cleanable.dirty.ratio': '2' },
    { 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' },
    { 'message.timestamp.type': 'Sometimes' },
    { 'min.insync.replicas': '0' },
    { 'max.message.bytes': '-1' },
  ])
    await ask(`with ${JSON.stringify(configs)}`, one({ name: 'configured', configs }, true))
}

async function grow(
  port: number,
  name: string,
  count: number,
  assignments: readonly number[][] | null,
  validateOnly = false,
) {
  const topics = [{ name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }]
  const answer = await askKafka(port, createPartitionsApi, 3, { topics, timeoutMs: 10_000, validateOnly })
  return nameOfKafkaError(answer.results[0]!.errorCode)
}

async function askToGrow(port: number, ask: Ask): Promise<void> {
  await create(port, [{ name: 'growing', partitions: 2 }])
  await ask('as many as there are', grow(port, 'growing', 2, null))
  await ask('fewer', grow(port, 'growing', 1, null))
  await ask('of no topic', grow(port, 'nope', 3, null))
  await ask('only to look', grow(port, 'growing', 4, null, true))
  await ask('only to look at fewer', grow(port, 'growing', 1, null, true))
  await ask('to brokers, too few', grow(port, 'growing', 4, [[1]]))
  await ask('to a stranger', grow(port, 'growing', 3, [[5]]))
  await ask('to the broker', grow(port, 'growing', 3, [[1]]))
  await ask('more', grow(port, 'growing', 5, null))
  const twice = { name: 'growing', count: 9, assignments: null }
  const request = { topics: [twice, twice], timeoutMs: 1000, validateOnly: false }
  const { results } = await askKafka(port, createPartitionsApi, 3, request)
  await ask('twice in a request', Promise.resolve(results.map(({ errorCode }) => nameOfKafkaError(errorCode))))
}

type Change = readonly [name: string, value: string | null, operation: number]

async function askAboutConfigs(port: number, ask: Ask): Promise<void> {
  await create(port, [{ name: 'settings', configs: { 'retention.ms': '5000', 'cleanup.policy': 'compact' } }])
  const describe = async (keys: readonly string[] | null, resourceType = 2, resourceName = 'settings') => {
    const resources = [{ resourceType, resourceName, configurationKeys: keys ? [...keys] : null }]
    const request = { resources, includeSynonyms: true, includeDocumentation: false }
    const [result] = (await askKafka(port, describeConfigsApi, 4, request)).results
    const configs = result!.configs.toSorted((left, right) => (left.name < right.name ? -1 : 1))
    return [nameOfKafkaError(result!.errorCode), configs]
  }
  const namesAndTypes = async () => {
    const [, configs] = (await describe(null)) as [string, { name: string; configType: number; readOnly: boolean }[]]
    return configs
      .filter(({ name }) => !name.startsWith('confluent.'))
      .map(({ name, configType, readOnly }) => [name, configType, readOnly])
  }
  await ask('all configurations', namesAndTypes())
  const keys = ['cleanup.policy', 'retention.ms', 'compression.type', 'message.timestamp.type', 'no.such']
  await ask('some configurations', describe(keys))
  await ask(
    'none by name',
    describe([]).then(([error]) => error),
  )
  await ask('of no topic', describe(null, 2, 'nope'))
  await ask(
    'of no kind of thing',
    describe(null, 77, 'x').then(([error]) => error),
  )
  const change = async (changes: readonly Change[], validateOnly = false, resourceName = 'settings') => {
    const configs = changes.map(([name, value, configOperation]) => ({ name, value, configOperation }))
    const request = { resources: [{ resourceType: 2, resourceName, configs }], validateOnly }
    const { responses } = await askKafka(port, incrementalAlterConfigsApi, 1, request)
    return nameOfKafkaError(responses[0]!.errorCode)
  }
  const changeAndLook = async (changes: readonly Change[]) => {
    const error = await change(changes)
    return [error, await settled(() => describe(changes.map(([name]) => name)))]
  }
  await ask('to set, only to look', change([['retention.ms', '6000', 0]], true))
  await ask('to set', changeAndLook([['retention.ms', '6000', 0]]))
  await ask('to take back', changeAndLook([['retention.ms', null, 1]]))
  await ask('to add to a list', changeAndLook([['cleanup.policy', 'delete', 2]]))
  await ask('to add what is there', changeAndLook([['cleanup.policy', 'delete', 2]]))
  await ask('to take from a list', changeAndLook([['cleanup.policy', 'delete', 3]]))
  await ask('to add to what is no list', change([['retention.ms', '1', 2]]))
  await ask('to take from what is no list', change([['retention.ms', '1', 3]]))
  await ask('to set nothing', change([['retention.ms', null, 0]]))
  await ask(
    'to set twice',
    change([
      ['retention.ms', '1', 0],
      ['retention.ms', '2', 0],
    ]),
  )
  await ask('to set what there is not', change([['no.such', '1', 0]]))
  await ask('to set what is wrong', change([['retention.ms', 'x', 0]]))
  await ask('to set of no topic', change([['retention.ms', '1', 0]], false, 'nope'))
  const replace = async (configs: readonly { name: string; value: string | null }[], validateOnly = false) => {
    const request = { resources: [{ resourceType: 2, resourceName: 'settings', configs: [...configs] }], validateOnly }
    const { responses } = await askKafka(port, alterConfigsApi, 2, request)
    return nameOfKafkaError(responses[0]!.errorCode)
  }
  await ask('to replace, only to look', replace([{ name: 'retention.ms', value: '7000' }], true))
  await ask('to replace', replace([{ name: 'retention.ms', value: '7000' }]))
  await ask(
    'what it left',
    settled(() => describe(['retention.ms', 'cleanup.policy'])),
  )
  await ask('to replace by what is wrong', replace([{ name: 'retention.ms', value: 'x' }]))
}

/** Kafka's broker hears of a change some time after it was made: the answer that stays for a while. */
async function settled(look: () => Promise<unknown>): Promise<unknown> {
  let last = ''
  let since = Date.now()
  await waitUntil('the answer stays', async () => {
    const now = JSON.stringify(await look())
    if (now !== last) since = Date.now()
    last = now
    return Date.now() - since > 300
  })
  return JSON.parse(last)
}

async function askToProduce(port: number, ask: Ask): Promise<void> {
  await create(port, [
    { name: 'compacted', configs: { 'cleanup.policy': 'compact' } },
    { name: 'plain', configs: { 'message.timestamp.before.max.ms': '3600000' } },
    { name: 'replicated', configs: { 'min.insync.replicas': '2' } },
  ])
  const now = Date.now()
  const produce = async (name: string, key: string | null, timestamp: number, acks = -1) => {
    const builder = new BatchBuilder()
    builder.append(Buffer.from('value'), Buffer.from('key'), now)
    builder.append(Buffer.from('value'), key === null ? null : Buffer.from(key), timestamp)
    const topicData = [{ name, partitionData: [{ index: 0, records: builder.finish() }] }]
    const { responses } = await askKafka(port, produceApi, 9, {
      transactionalId: null,
      acks,
      timeoutMs: 5000,
      topicData,
    })
    const { errorCode, recordErrors, baseOffset } = responses[0]!.partitionResponses[0]!
    return [nameOfKafkaError(errorCode), baseOffset, recordErrors.map(({ batchIndex }) => batchIndex)]
  }
  await ask('a record without a key into a compacted topic', produce('compacted', null, now))
  await ask('one with a key', produce('compacted', 'k', now))
  await ask('one of tomorrow', produce('plain', 'k', now + 86_400_000))
  await ask('one of yesterday', produce('plain', 'k', now - 86_400_000))
  await ask('one of now', produce('plain', 'k', now))
  await ask('for more replicas than there are', produce('replicated', 'k', now))
  await ask('for one replica', produce('replicated', 'k', now, 1))
  for (const [version, times] of [
    [1, [-1, -2, -3]],
    [7, [-1, -2, -3, -4]],
    [9, [-3, -4, -5, -6]],
    [11, [-1, -2, -3, -4, -5, -6, -7, 0, now + 1]],
  ] as const)
    for (const timestamp of times)
      await ask(
        `offsets ${version} at ${timestamp < 1 ? timestamp : 'a time to come'}`,
        listAt(port, version, timestamp),
      )
}

async function listAt(port: number, version: number, timestamp: number) {
  const topics = [{ name: 'plain', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }] }]
  const request = { replicaId: -1, isolationLevel: 0, topics, timeoutMs: 1000 }
  const found = (await askKafka(port, listOffsetsApi, version, request)).topics[0]!.partitions[0]!
  // Kafka begins an epoch with each start.
  return [nameOfKafkaError(found.errorCode), found.offset, found.timestamp > 0, found.leaderEpoch >= 0]
}

async function askAboutReplicas(port: number, ask: Ask): Promise<void> {
  const elect = async (topicPartitions: { topic: string; partitions: number[] }[] | null) => {
    const request = { electionType: 0, topicPartitions, timeoutMs: 5000 }
    const answer = await askKafka(port, electLeadersApi, 2, request)
    const results = answer.replicaElectionResults.map(({ topic, partitionResult }) => [
      topic,
      partitionResult.map(({ errorCode }) => nameOfKafkaError(errorCode)),
    ])
    return [nameOfKafkaError(answer.errorCode), results.toSorted(byText)]
  }
  await ask('to elect', elect([{ topic: 'orders', partitions: [0, 1] }]))
  await ask('to elect all', elect(null))
  await ask('to elect where nothing is', elect([{ topic: 'nope', partitions: [0] }]))
  const move = async (name: string, replicas: number[] | null) => {
    const request = { timeoutMs: 5000, topics: [{ name, partitions: [{ partitionIndex: 0, replicas }] }] }
    const answer = await askKafka(port, alterPartitionReassignmentsApi, 0, request)
    return [nameOfKafkaError(answer.errorCode), nameOfKafkaError(answer.responses[0]!.partitions[0]!.errorCode)]
  }
  await ask('to move to where it is', move('orders', [1]))
  await ask('to move to a stranger', move('orders', [9]))
  await ask('to move to nobody', move('orders', []))
  await ask('to stop moving', move('orders', null))
  await ask('to move what is not there', move('nope', [1]))
  const list = await askKafka(port, listPartitionReassignmentsApi, 0, { timeoutMs: 5000, topics: null })
  await ask('what moves', Promise.resolve([nameOfKafkaError(list.errorCode), list.topics]))
  const dirs = await askKafka(port, describeLogDirsApi, 4, {
    topics: [
      { topic: 'orders', partitions: [0, 1, 7] },
      { topic: 'nope', partitions: [0] },
    ],
  })
  const partitions = dirs.results.flatMap(({ topics }) =>
    topics.map(({ name, partitions: all }) => [
      name,
      all
        .map(({ partitionIndex, offsetLag, isFutureKey }) => [partitionIndex, offsetLag, isFutureKey])
        .toSorted(byText),
    ]),
  )
  await ask('where partitions lie', Promise.resolve([dirs.results.length, dirs.results[0]!.totalBytes > 0, partitions]))
  const topicsOf = async (
    names: string[],
    limit: number,
    cursor: { topicName: string; partitionIndex: number } | null,
  ) => {
    const request = { topics: names.map((name) => ({ name })), responsePartitionLimit: limit, cursor }
    const answer = await askKafka(port, describeTopicPartitionsApi, 0, request)
    return [
      answer.topics.map(({ name, errorCode, isInternal, partitions: all }) => [
        name,
        nameOfKafkaError(errorCode),
        isInternal,
        all.map(({ partitionIndex, errorCode: code, leaderId, replicaNodes, isrNodes, offlineReplicas }) => [
          partitionIndex,
          nameOfKafkaError(code),
          [leaderId, replicaNodes, isrNodes, offlineReplicas],
        ]),
      ]),
      answer.nextCursor,
    ]
  }
  await ask('partitions of two topics', topicsOf(['orders', 'growing'], 100, null))
  await ask('three at a time', topicsOf(['orders', 'growing'], 3, null))
  await ask('the next three', topicsOf(['orders', 'growing'], 3, { topicName: 'growing', partitionIndex: 3 }))
  await ask('exactly one topic', topicsOf(['orders', 'growing'], 5, null))
  await ask('of one that is not there', topicsOf(['nope', 'orders'], 100, null))
}

async function askToDelete(port: number, ask: Ask): Promise<void> {
  const deleteRecords = async (name: string, partitionIndex: number, offset: number) => {
    const request = { topics: [{ name, partitions: [{ partitionIndex, offset }] }], timeoutMs: 5000 }
    const { topics } = await askKafka(port, deleteRecordsApi, 2, request)
    const { errorCode, lowWatermark } = topics[0]!.partitions[0]!
    return [nameOfKafkaError(errorCode), lowWatermark]
  }
  await ask('records of a compacted topic', deleteRecords('compacted', 0, 1))
  await ask('records beyond the end', deleteRecords('plain', 0, 99))
  await ask('records before 1', deleteRecords('plain', 0, 1))
  await ask('records before 0', deleteRecords('plain', 0, 0))
  await ask('all records', deleteRecords('plain', 0, -1))
  await ask('records of less than nothing', deleteRecords('plain', 0, -7))
  await ask('records of no partition', deleteRecords('plain', 9, 0))
  const remove = async (names: readonly (string | null)[], topicId = '00000000-0000-0000-0000-000000000000') => {
    const topics = names.map((name) => ({ name, topicId }))
    const { responses } = await askKafka(port, deleteTopicsApi, 6, { topics, topicNames: [], timeoutMs: 5000 })
    return responses.map(({ name, errorCode }) => [name, nameOfKafkaError(errorCode)]).toSorted(byText)
  }
  await ask('a topic', remove(['orders']))
  await ask('one that is not there', remove(['nope']))
  await ask('an id that is not there', remove([null], '12345678-1234-4234-8234-123456789012'))
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}
