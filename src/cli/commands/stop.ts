import { setTimeout as pause } from 'node:timers/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { isAlive } from '../../platform/supervisor/endpoints.ts'
import type { Command } from '../command.ts'
import { mustRun } from '../running.ts'

const patienceMs = 60_000

export const stop: Command = {
  name: 'stop',
  summary: 'stop the Weir that runs on this project, and wait until it is gone',
  examples: ['weir stop'],
  async run({ output, directory }) {
    const { pid } = mustRun(directory)
    process.kill(pid, 'SIGTERM')
    const deadline = performance.now() + patienceMs
    while (isAlive(pid)) {
      if (performance.now() > deadline)
        throw new WeirError(
          'WEIR-2004',
          `process ${pid} has not ended within ${patienceMs / 1000} s. See weir logs supervisor`,
        )
      await pause(50)
    }
    output.answer({ stopped: pid }, () => `Weir (process ${pid}) has stopped.`)
  },
}
