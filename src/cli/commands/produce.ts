import type { Command } from '../command.ts'
import { streamProduce } from './stream/produce.ts'

/** The short form of what is used most. */
export const produce: Command = {
  ...streamProduce,
  name: 'produce',
  examples: [
    'weir produce events < events.ndjson',
    `echo '{"id": 1}' | weir produce events`,
    'weir produce prices prices.csv --csv-header skip',
  ],
}
