import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { silentLogger } from '../../src/kernel/logger.ts'
import { startBroker } from '../../src/stream/broker/start-broker.ts'

// A log in a process of its own, to be killed: takes the port that it is given, or any, says it, and ends with its parent.
const config = {
  directory: process.argv[2]!,
  host: '127.0.0.1',
  port: Number(process.argv[3] ?? 0),
  autoCreateTopics: true,
  defaultPartitions: 4,
}
const broker = await startBroker(config, { files: nodeFiles, clock: systemClock, logger: silentLogger })
process.on('disconnect', () => process.exit(0))
process.send!(broker.port)
