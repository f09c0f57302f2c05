import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { silentLogger } from '../../src/kernel/logger.ts'
import type { BrokerConfig } from '../../src/stream/broker/broker.ts'
import { secretKey } from '../../src/stream/broker/encryption/customer-key.ts'
import { startBroker } from '../../src/stream/broker/start-broker.ts'

// A log in a process of its own, to be killed: takes the port that it is given, or any, says it, and ends with its parent. Its
// environment may say more of it: LOG_KEY is a customer's key, LOG_CONFIG what else is set, in JSON.
const { LOG_KEY: key, LOG_CONFIG: more = '{}' } = process.env
const config: BrokerConfig = {
  directory: process.argv[2]!,
  host: '127.0.0.1',
  port: Number(process.argv[3] ?? 0),
  autoCreateTopics: true,
  defaultPartitions: 4,
  ...(key === undefined ? {} : { encryption: { key: secretKey(key, 'LOG_KEY'), oldKeys: [] } }),
  ...(JSON.parse(more) as Partial<BrokerConfig>),
}
const broker = await startBroker(config, { files: nodeFiles, clock: systemClock, logger: silentLogger })
process.on('disconnect', () => process.exit(0))
// Whatever it is asked: what requests and answers hold.
process.on('message', () => process.send!(broker.status().memory))
process.send!(broker.port)
