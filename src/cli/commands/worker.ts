import { hostname } from 'node:os'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import { parseSize } from '../../kernel/units.ts'
import type { Command } from '../command.ts'
import { withoutToken } from '../weir-client.ts'

export const worker: Command = {
  name: 'worker',
  summary: 'take a share of the deliveries of a Weir that runs, here or on another machine, until it is stopped',
  options: [
    {
      flags: '--join <address>',
      description: 'where that Weir answers: weir url http prints it. Beyond loopback it takes WEIR_TOKEN',
    },
    { flags: '--name <name>', description: 'how it is called in weir status', default: "the machine's name" },
    {
      flags: '--memory <size>',
      description: 'what each of its processes may take; at least 512 MB',
      default: 'as there',
    },
  ],
  examples: [
    'weir worker --join http://127.0.0.1:4000',
    'WEIR_TOKEN=… weir worker --join http://10.0.0.5:4000 --memory "2 GB"',
  ],
  async run({ options, output, directory }) {
    const { join, name, memory } = options
    if (typeof join !== 'string') throw new WeirError('WEIR-2009', 'weir worker takes --join and the address of a Weir')
    const { runJoinedWorker } = await import('../../platform/join/run-joined-worker.ts')
    const { watchParent } = await import('../../platform/supervisor/parent-watch.ts')
    const { createLogger } = await import('../../kernel/logger.ts')
    const running = runJoinedWorker({
      join,
      name: typeof name === 'string' ? name : hostname(),
      token: textOf('WEIR_TOKEN'),
      kafkaUser: textOf('WEIR_KAFKA_USER'),
      projectDirectory: directory,
      memoryBytes: typeof memory === 'string' ? memoryOf(memory) : undefined,
      logger: createLogger('worker', 'warn'),
      say: (line) => output.note(line),
    })
    const stop = (): void => void running.stop()
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
    process.once('SIGINT', () => {
      // The second one does not wait.
      process.once('SIGINT', () => process.exit(130))
      output.note('Leaving: what was accepted is committed first. Ctrl-C again ends it at once.')
      stop()
    })
    watchParent(stop)
    await running.ended.catch((error: unknown) => {
      throw asWeirError(error).code === 'WEIR-7008' ? withoutToken(textOf('WEIR_TOKEN')) : error
    })
  },
}

const memoryBytesMin = 512_000_000

function memoryOf(text: string): number {
  const bytes = parseSize(text)
  if (bytes >= memoryBytesMin) return bytes
  throw new WeirError('WEIR-2009', `--memory takes 512 MB or more, not "${text}"`)
}

function textOf(variable: string): string | undefined {
  const value = process.env[variable]
  return value === undefined || value === '' ? undefined : value
}
