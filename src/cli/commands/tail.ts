import type { Command } from '../command.ts'
import { streamTail } from './stream/tail.ts'

/** The short form of what is used most. */
export const tail: Command = {
  ...streamTail,
  name: 'tail',
  examples: ['weir tail events', 'weir tail events --from "10 minutes ago" --exit', 'weir tail events --from -5 -n 5'],
}
