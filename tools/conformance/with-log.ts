// `with-log.ts COMMAND … {} …`: runs a command against a log of its own, whose address stands where the {} does. It is set up as
// librdkafka's suite wants a broker: a group waits for its members, and ACLs are asked where there are any.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { createLogger } from '../../src/kernel/logger.ts'
import { startBroker } from '../../src/stream/broker/start-broker.ts'
import { runCommand } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-conformance-log-'))
const broker = await startBroker(
  {
    directory: join(folder, 'log'),
    host: '127.0.0.1',
    port: 0,
    autoCreateTopics: true,
    defaultPartitions: 4,
    limits: { groupInitialRebalanceDelayMs: 3000 },
    security: { authorization: { superUsers: [], allowEveryoneIfNoAcl: true } },
  },
  { files: nodeFiles, clock: systemClock, logger: createLogger('log', 'error') },
)
try {
  const address = `127.0.0.1:${broker.port}`
  process.exitCode = await runCommand(process.argv.slice(2).map((word) => (word === '{}' ? address : word)))
} finally {
  await broker.stop()
  rmSync(folder, { recursive: true, force: true })
}
