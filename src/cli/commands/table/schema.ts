import type { LayoutVersion, SchemaVersion } from '../../../lake/history/schema-history.ts'
import type { ColumnDifference } from '../../../lake/history/schema-difference.ts'
import type { TableSchemas } from '../../../platform/operations.ts'
import type { Command } from '../../command.ts'
import { layoutText } from '../../table/layout-text.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { connectWeir } from '../../weir-client.ts'

export const tableSchema: Command = {
  name: 'table schema',
  summary:
    'the schemas that a table has had: what each changed, in which snapshot and when; partition specs, sort orders',
  arguments: [tableArgument],
  examples: ['weir table schema orders'],
  async run({ arguments: [table], output, directory }) {
    const found = await connectWeir(directory).call<TableSchemas>('GET', `${tablePath(table!)}/schemas`)
    output.answer(found, () => schemasText(found))
  },
}

function schemasText({ schemas, partitionSpecs, sortOrders }: TableSchemas): string {
  return [
    ...schemas.flatMap((schema) => [schemaLine(schema), ...schema.changes.map((change) => `  ${changeText(change)}`)]),
    ...partitionSpecs.map((spec) => layoutLine('partition spec', spec)),
    ...sortOrders.map((order) => layoutLine('sort order', order)),
  ].join('\n')
}

function schemaLine({ id, current, columns, since }: SchemaVersion): string {
  return `schema ${id}${current ? ', current' : ''}: ${columns} columns, ${sinceText(since)}`
}

function sinceText(since: SchemaVersion['since']): string {
  if (since === null) return 'no snapshot that is kept was written with it'
  const at = `snapshot ${since.snapshot} of ${new Date(since.at).toISOString()}`
  return since.exact ? `since ${at}` : `since ${at} at the latest: the snapshots before it have expired`
}

function changeText({ change, column, before, after }: ColumnDifference): string {
  if (before !== null && after !== null) return `${column} ${change}: ${before} to ${after}`
  const detail = before ?? after
  return detail === null ? `${column} ${change}` : `${column} ${change}: ${detail}`
}

function layoutLine(what: string, { id, current, fields }: LayoutVersion): string {
  return `${what} ${id}${current ? ', current' : ''}: ${fields.length === 0 ? 'none' : fields.map(layoutText).join(', ')}`
}
