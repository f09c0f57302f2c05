import { flushCompileCache } from 'node:module'
import { pino } from 'pino'
import type { Clock } from '../../../src/kernel/clock.ts'
import type { Files } from '../../../src/kernel/files/files.ts'
import { nodeFiles } from '../../../src/kernel/files/node-files.ts'
import type { BrokerConfig } from '../../../src/stream/broker/broker.ts'
import { secretKey } from '../../../src/stream/broker/encryption/customer-key.ts'
import { startBroker } from '../../../src/stream/broker/start-broker.ts'
import { failingFiles } from '../../support/power-cut/failing-files.ts'
import type { LogOrder, LogReport, LogSettings } from './log-process.ts'
import { noteSyncs } from './synced-ledger.ts'

// A log in a process of its own, to be killed. Its clock and its disk do what its parent says; what it logs goes to its error output.
const settings = JSON.parse(process.argv[2]!) as LogSettings
let { clockOffsetMs } = settings
const clock: Clock = { now: () => Date.now() + clockOffsetMs, monotonic: () => performance.now() }
const disk = failingFiles(nodeFiles)
disk.setRoom(settings.roomBytes ?? Infinity)
const report = (message: LogReport): void => void process.send!(message)

const config: BrokerConfig = {
  directory: settings.directory,
  host: '127.0.0.1',
  port: settings.port,
  autoCreateTopics: false,
  defaultPartitions: 1,
  limits: settings.limits,
  ...(settings.key === undefined ? {} : { encryption: { key: secretKey(settings.key, 'the test'), oldKeys: [] } }),
}
const noted = noteSyncs(disk.files, settings.ledger)
const files = settings.isCareless ? withoutSyncs(noted) : noted
const logger = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
const broker = await startBroker(config, { files, clock, logger })

process.on('disconnect', () => process.exit(0))
process.on('message', (order: LogOrder) => {
  if (order.kind === 'clock') clockOffsetMs = order.offsetMs
  else if (order.kind === 'room') disk.setRoom(order.bytes ?? Infinity)
  else report({ kind: 'troubles', troubles: troubles() })
})
report({ kind: 'open' })
// It never ends by itself, which is when this would be done.
flushCompileCache()

function troubles(): [topic: string, text: string][] {
  return broker.status().topics.flatMap(({ name, partitions }) => {
    const texts = partitions.flatMap(({ trouble }) => trouble ?? [])
    return texts.length > 0 ? [[name, texts.join('; ')] as [string, string]] : []
  })
}

/** What a log would be that answers before it has synced what it was sent. */
function withoutSyncs(real: Files): Files {
  return {
    ...real,
    open: (path, mode) => real.open(path, mode === 'durable' && path.includes('/topics/') ? 'write' : mode),
  }
}
