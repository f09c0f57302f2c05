import type { Command } from '../command.ts'
import { runUp, upOptions } from './up.ts'

export const dev: Command = {
  name: 'dev',
  summary: 'as up, and apply the project whenever it changes, but for what destroys data',
  options: upOptions,
  examples: ['weir dev'],
  run: (call) => runUp(call, { nextFreePort: true, watch: true }),
}
