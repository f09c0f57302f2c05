import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeClientContract } from '../../../test/contracts/kafka-client.ts'
import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { startBroker } from '../broker/start-broker.ts'

describeClientContract("Weir's own log", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-log-'))
  const directory = join(folder, 'log')
  const broker = await startBroker(
    { directory, host: '127.0.0.1', port: 0, autoCreateTopics: false, defaultPartitions: 4 },
    { files: nodeFiles, clock: systemClock, logger: silentLogger },
  )
  return {
    bootstrap: `127.0.0.1:${broker.port}`,
    async stop() {
      await broker.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
