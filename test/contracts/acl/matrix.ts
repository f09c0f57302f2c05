import { connectKafka } from '../../../src/stream/client/connect.ts'
import { findCoordinatorApi } from '../../../src/stream/protocol/apis/find-coordinator.ts'
import { initProducerIdApi } from '../../../src/stream/protocol/apis/init-producer-id.ts'
import { saslAuthenticateApi } from '../../../src/stream/protocol/apis/sasl-authenticate.ts'
import { saslHandshakeApi } from '../../../src/stream/protocol/apis/sasl-handshake.ts'
import { askKafka } from '../../support/ask-kafka.ts'
import { dialBroker } from '../../support/dial-broker.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { matrixAsks, type Ask } from './asks.ts'
import { summary } from './summary.ts'
import { matrixUsers, names, type MatrixUser } from './users.ts'

/** What each user of the matrix is told, by request: the names of those that are told the same stand together. */
export type Matrix = Readonly<Record<string, Readonly<Record<string, string>>>>

/** A broker with ACLs. */
export interface MatrixBroker {
  /** `host:port` where nobody is asked, and everybody may do all. */
  readonly admin: string
  /** On loopback: where the users log in by PLAIN, each with its name as its password. */
  readonly usersPort: number
}

/** Has every user ask everything. */
export async function askMatrix(broker: MatrixBroker): Promise<Matrix> {
  const topicId = await prepare(broker)
  const matrix: Record<string, Record<string, string[]>> = {}
  for (const user of matrixUsers)
    for (const [title, told] of await askAll(broker, user, matrixAsks(topicId), topicId))
      ((matrix[title] ??= {})[told] ??= []).push(user.name)
  return Object.fromEntries(Object.entries(matrix).map(([title, told]) => [title, inShort(told)]))
}

/** Who has no permission at all is told what most are told. */
function inShort(told: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(told).map(([what, users]) => [what, users.includes('nothing') ? 'all others' : users.join(' ')]),
  )
}

async function prepare({ admin }: MatrixBroker): Promise<string> {
  const client = await connectKafka({ bootstrap: admin })
  try {
    await client.topics.create([{ name: names.topic, partitions: 1, replicationFactor: 1 }])
    const [topic] = await waitUntil('the topic is there', async () => {
      const found = await client.topics.describe([names.topic])
      return found.length > 0 ? found : undefined
    })
    await client.groups.commit(names.group, [{ topic: names.topic, partition: 0, offset: 0 }])
    const acls = matrixUsers.flatMap((user) => user.acls)
    await client.acls.create(acls)
    await waitUntil('all ACLs are there', async () => (await client.acls.list()).length >= acls.length)
    await makeTransactionalId(Number(admin.split(':')[1]))
    return topic!.id
  } finally {
    await client.close()
  }
}

/** Before anybody asks for it. Kafka makes the topic of its coordinator when it is asked where that is. */
async function makeTransactionalId(port: number): Promise<void> {
  const transactionalId = names['transactional-id']
  await waitUntil('the transactional id is there', async () => {
    await askKafka(port, findCoordinatorApi, 3, { key: transactionalId, keyType: 1 })
    const { errorCode } = await askKafka(port, initProducerIdApi, 4, { transactionalId, transactionTimeoutMs: 1000 })
    return errorCode === 0
  })
}

async function askAll(
  { usersPort }: MatrixBroker,
  { name }: MatrixUser,
  asks: readonly Ask[],
  topicId: string,
): Promise<(readonly [title: string, told: string])[]> {
  const connection = await dialBroker({ broker: { port: usersPort } })
  await connection.ask(saslHandshakeApi, 1, { mechanism: 'PLAIN' })
  const { errorCode } = await connection.ask(saslAuthenticateApi, 1, { authBytes: Buffer.from(`\0${name}\0${name}`) })
  if (errorCode !== 0) throw new Error(`${name} cannot log in`)
  const told: (readonly [string, string])[] = []
  for (const ask of asks) {
    const answer = await connection.ask(ask.api, ask.version, ask.body)
    told.push([ask.title, summary(ask, answer, topicId)])
  }
  connection.socket.destroy()
  return told
}
