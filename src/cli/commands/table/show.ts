import { formatSize } from '../../../kernel/units.ts'
import type { LayoutField } from '../../../lake/history/schema-history.ts'
import type { TableDescription } from '../../../lake/inspection/describe-table.ts'
import type { Command } from '../../command.ts'
import { formatCount } from '../../output.ts'
import { layoutText } from '../../table/layout-text.ts'
import { tableArgument, tablePath } from '../../table/table-path.ts'
import { tableText } from '../../table-text.ts'
import { connectWeir } from '../../weir-client.ts'

export const tableShow: Command = {
  name: 'table show',
  summary: 'a table as it is: columns with field ids, partitioning, sort order, rows, files, bytes, properties',
  arguments: [tableArgument],
  examples: ['weir table show orders', 'weir table show orders --json'],
  async run({ arguments: [table], output, directory }) {
    const found = await connectWeir(directory).call<TableDescription>('GET', tablePath(table!))
    output.answer(found, () => descriptionText(found))
  },
}

/** Of rows that were deleted by value nobody knows how many they are. */
function rowsText({ rows, records }: TableDescription): string {
  if (rows !== null) return formatCount(rows)
  return records === null ? 'not known' : `${formatCount(records)} before deletes`
}

function descriptionText(found: TableDescription): string {
  const count = (value: number | null): string => (value === null ? 'not known' : formatCount(value))
  const facts: readonly (readonly [string, string])[] = [
    ['rows', rowsText(found)],
    ['files', `${count(found.dataFiles)} of rows, ${count(found.deleteFiles)} of deletes`],
    ['deletes', count(found.deletes)],
    ['bytes', found.bytes === null ? 'not known' : formatSize(found.bytes)],
    ['snapshot', found.snapshot === null ? 'none' : `${found.snapshot}, of ${found.snapshots} that are kept`],
    ['changed', new Date(found.updatedAt).toISOString()],
    ['partitioned', fieldsText(found.partitionedBy)],
    ['sorted', fieldsText(found.sortedBy)],
    ['compacted to', found.compactsTo === null ? 'not compacted' : formatSize(found.compactsTo)],
    ['format', formatText(found)],
    ['location', found.location],
    ['metadata', found.metadataLocation],
    ...Object.entries(found.properties),
  ]
  const columns = [
    { title: 'ID', align: 'right' },
    { title: 'COLUMN' },
    { title: 'TYPE' },
    { title: 'REQUIRED' },
    { title: 'KEY' },
    { title: 'DEFAULT' },
    { title: 'DOC' },
  ] as const
  const rows = found.columns.map(({ id, column, type, required, key, default: value, doc }) => [
    String(id),
    column,
    type,
    required ? 'yes' : '',
    key ? 'yes' : '',
    value ?? '',
    doc ?? '',
  ])
  const widest = Math.max(...facts.map(([name]) => name.length))
  return [...facts.map(([name, text]) => `${name.padEnd(widest)}  ${text}`), '', tableText(columns, rows)].join('\n')
}

function formatText({ formatVersion, properties }: TableDescription): string {
  const iceberg = `Iceberg, version ${formatVersion}`
  return properties['weir.format'] === 'delta'
    ? `Delta, version ${properties['weir.delta.version']} of its log; ${iceberg} in the catalog`
    : iceberg
}

function fieldsText(fields: readonly LayoutField[]): string {
  return fields.length === 0 ? 'no' : fields.map(layoutText).join(', ')
}
