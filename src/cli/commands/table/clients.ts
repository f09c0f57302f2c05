import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { nearestName } from '../../../kernel/nearest.ts'
import type { TableClient } from '../../../platform/operations.ts'
import type { Command } from '../../command.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { connectWeir } from '../../weir-client.ts'

export const tableClients: Command = {
  name: 'table clients',
  summary: 'the lines that read a table elsewhere: psql, PyIceberg, Spark, Trino, DuckDB, delta-rs',
  arguments: [tableArgument],
  options: [
    {
      flags: '--for <client>',
      description: 'only the text for one: psql, pyiceberg, spark, trino, duckdb or delta-rs',
    },
  ],
  examples: ['weir table clients orders', 'weir table clients orders --for pyiceberg | python3'],
  async run({ arguments: [table], options, output, directory }) {
    const { items } = await connectWeir(directory).call<{ items: readonly TableClient[] }>(
      'GET',
      `${tablePath(table!)}/clients`,
    )
    const wanted = options['for']
    if (wanted === undefined) return output.answer({ items }, () => items.map(clientText).join('\n\n'))
    const names = items.map(({ name }) => name)
    const found = items.find(({ name }) => name === wanted)
    if (found) return output.answer(found, () => found.text)
    const near = nearestName(String(wanted), names)
    const meant = near === undefined ? '' : ` Did you mean ${near}?`
    throw new WeirError('WEIR-2009', `--for takes ${names.join(', ')}, not "${String(wanted)}".${meant}`)
  },
}

function clientText({ name, title, reads, needs, text }: TableClient): string {
  return `${title === name ? name : `${title} (${name})`}: reads ${reads}; needs ${needs}\n\n${text}`
}
