import { Registry } from 'prom-client'
import { systemClock } from '../../src/kernel/clock.ts'
import type { Files } from '../../src/kernel/files/files.ts'
import { silentLogger } from '../../src/kernel/logger.ts'
import type { BrokerConfig } from '../../src/stream/broker/broker.ts'
import { startBroker } from '../../src/stream/broker/start-broker.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'

/** Starts the log in this process, on files that may fail, for as long as the work takes. */
export async function withBroker<T>(
  directory: string,
  files: Files,
  work: (client: KafkaClient) => Promise<T>,
  more: Partial<BrokerConfig> = {},
): Promise<T> {
  const config = { ...more, directory, host: '127.0.0.1', port: 0, autoCreateTopics: false, defaultPartitions: 4 }
  const broker = await startBroker(config, {
    files,
    clock: systemClock,
    logger: silentLogger,
    metrics: new Registry(),
  })
  try {
    const client = await connectKafka({ bootstrap: `127.0.0.1:${broker.port}`, deadlineMs: 30_000 })
    try {
      return await work(client)
    } finally {
      await client.close()
    }
  } finally {
    await broker.stop()
  }
}
