import { connect as connectTcp } from 'node:net'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { internalAddress, internalPath } from '../internal-address.ts'
import { createAclsClient } from './acls.ts'
import { createBrokers } from './brokers.ts'
import { createCluster } from './cluster.ts'
import type { Address } from './connection.ts'
import { createProducer } from './create-producer.ts'
import { createFetch } from './fetch.ts'
import { createGroupsClient } from './groups.ts'
import type { KafkaClient, KafkaClientOptions } from './kafka-client.ts'
import { createOffsetsClient } from './offsets.ts'
import { openTransactions } from './open-transactions.ts'
import { createProduce } from './produce.ts'
import { withRetries } from './retry.ts'
import { createTopicsClient } from './topics.ts'
import { createUsersClient } from './users.ts'
import { createWaitingNotice } from './waiting-notice.ts'

const deadlineMsDefault = 30_000
const silenceMsMax = 8_000

/** Opens a client and waits until a broker answers; WEIR-3102 when none does within the deadline, WEIR-1003 for a bad address. */
export async function connectKafka(options: KafkaClientOptions): Promise<KafkaClient> {
  const { bootstrap, clientId = 'weir', deadlineMs = deadlineMsDefault, connect = connectTcp, login, tls } = options
  const cluster = createCluster(createBrokers(addressesIn(bootstrap), { clientId, connect, login, tls }))
  const close = async (): Promise<void> =>
    cluster.close(new WeirError('WEIR-3101', `the Kafka client for ${bootstrap} was closed; open another one`))
  try {
    const onFailure = options.onWaiting && createWaitingNotice(options.onWaiting)
    // Whoever is silent is asked again, and what waits is said: it may be no Kafka, or one that wants TLS.
    const ask = (leftMs: number) => cluster.describe([], { timeoutMs: Math.min(leftMs, silenceMsMax) })
    await withRetries(`connect to ${bootstrap}`, deadlineMs, ask, undefined, onFailure)
  } catch (error) {
    await close()
    throw error
  }
  return {
    topics: createTopicsClient(cluster, deadlineMs),
    offsets: createOffsetsClient(cluster, deadlineMs),
    groups: createGroupsClient(cluster, deadlineMs),
    acls: createAclsClient(cluster, deadlineMs),
    users: createUsersClient(cluster, deadlineMs),
    fetch: createFetch(cluster, deadlineMs),
    produce: createProduce(cluster, deadlineMs),
    openTransactions: (topic, partition) => openTransactions(cluster, topic, partition, deadlineMs),
    clusterId: () => withRetries('ask for the cluster', deadlineMs, (timeoutMs) => cluster.clusterId(timeoutMs)),
    createProducer: (producerOptions) => createProducer(cluster, producerOptions),
    close,
  }
}

function addressesIn(bootstrap: string): readonly Address[] {
  const path = internalPath(bootstrap)
  return path === undefined ? bootstrap.split(',').map(parseAddress) : [internalAddress(path)]
}

/** `host:port`, `[::1]:port`. */
function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[3])
  if (!match || port < 1 || port > 65535)
    throw new WeirError(
      'WEIR-1003',
      `bootstrap has "${text.trim()}", which is no address; write host:port, as 127.0.0.1:19092`,
    )
  return { host: (match[1] ?? match[2])!, port }
}
