import type { ColumnDifference, LayoutField, LayoutVersion, SchemaVersion, TableColumn } from '../../api/answers.ts'
import { useTable, useTableSchemas } from '../../api/tables.ts'
import { Command } from '../../parts/command.tsx'
import { formatCount, formatTime } from '../../parts/format.ts'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { shell } from '../../parts/shell.ts'

/** The columns by their field ids, and how they, the partitioning and the sort order came to be. */
export function TableSchema({ name }: { readonly name: string }) {
  const table = useTable(name)
  if (table.isLoadingError) return <ErrorNotice error={table.error} retry={() => void table.refetch()} />
  if (!table.data) return <Loading height={500} />
  const { columns, schemaId } = table.data
  return (
    <>
      <div className="row">
        <span className="quiet">
          Schema {schemaId}, {formatCount(columns.filter(({ depth }) => depth === 0).length)} columns
        </span>
        <Command>{shell`weir table schema ${name}`}</Command>
      </div>
      <VirtualGrid
        label={`Columns of ${name}`}
        rows={columns}
        columns={gridColumns}
        height={420}
        keyOf={({ id }) => String(id)}
        detail={(column) => <WholeColumn of={column} />}
      />
      <SchemaHistory name={name} />
    </>
  )
}

const gridColumns: readonly GridColumn<TableColumn>[] = [
  { name: 'Field id', width: 80, number: true, cell: ({ id }) => id },
  {
    name: 'Column',
    width: 240,
    cell: ({ column, depth }) => <span style={{ paddingLeft: depth * 14 }}>{column}</span>,
  },
  { name: 'Type', width: 220, cell: ({ type }) => <span className="mono">{type}</span> },
  { name: 'Required', width: 90, cell: ({ required }) => (required ? 'required' : 'optional') },
  { name: 'Key', width: 70, cell: ({ key }) => (key ? 'key' : '') },
  { name: 'Default', width: 120, cell: ({ default: value }) => value ?? '' },
  { name: 'Doc', width: 260, grows: true, cell: ({ doc }) => doc ?? '' },
]

function WholeColumn({ of }: { readonly of: TableColumn }) {
  return (
    <dl className="facts">
      <dt>column</dt>
      <dd className="mono">{of.column}</dd>
      <dt>type</dt>
      <dd className="mono">{of.type}</dd>
      <dt>doc</dt>
      <dd>{of.doc ?? <span className="quiet">none</span>}</dd>
    </dl>
  )
}

function SchemaHistory({ name }: { readonly name: string }) {
  const history = useTableSchemas(name)
  if (history.isLoadingError) return <ErrorNotice error={history.error} retry={() => void history.refetch()} />
  if (!history.data) return <Loading height={200} />
  const { schemas, partitionSpecs, sortOrders } = history.data
  return (
    <>
      <section className="card" aria-label="Schemas">
        <h2>Schemas, newest first</h2>
        <ul className="plain answers">
          {schemas.map((schema) => (
            <li key={schema.id}>
              <div>
                <strong>Schema {schema.id}</strong> {schema.current ? <span className="tag">current</span> : null}
                <div className="note">{sinceText(schema.since)}</div>
              </div>
              <Changes of={schema} />
            </li>
          ))}
        </ul>
      </section>
      <Layouts title="Partition specs, newest first" versions={partitionSpecs} none="not partitioned" />
      <Layouts title="Sort orders, newest first" versions={sortOrders} none="not sorted" />
    </>
  )
}

function Changes({ of: { before, changes, columns } }: { readonly of: SchemaVersion }) {
  if (before === null) return <span className="quiet">the first that is kept, {formatCount(columns)} columns</span>
  if (changes.length === 0) return <span className="quiet">the columns of schema {before}</span>
  return (
    <ul className="plain">
      {changes.map((change) => (
        <li key={`${change.column} ${change.change}`}>
          <span className="mono">{change.column}</span> {change.change}
          {detailOf(change)}
        </li>
      ))}
    </ul>
  )
}

function detailOf({ before, after }: ColumnDifference): string {
  if (before !== null && after !== null) return `: ${before} to ${after}`
  const one = before ?? after
  return one === null ? '' : `: ${one}`
}

function sinceText(since: SchemaVersion['since']): string {
  if (since === null) return 'no snapshot that is kept was written with it'
  const at = `snapshot ${since.snapshot} of ${formatTime(new Date(since.at).toISOString())}`
  return since.exact ? `since ${at}` : `since ${at} at the latest; those before it have expired`
}

function Layouts(props: {
  readonly title: string
  readonly versions: readonly LayoutVersion[]
  readonly none: string
}) {
  return (
    <section className="card" aria-label={props.title}>
      <h2>{props.title}</h2>
      <ul className="plain">
        {props.versions.map(({ id, current, fields }) => (
          <li key={id} className="row">
            <strong>{id}</strong>
            <span className="mono">{fields.length === 0 ? props.none : fields.map(fieldText).join(', ')}</span>
            {current ? <span className="tag">current</span> : null}
          </li>
        ))}
      </ul>
    </section>
  )
}

function fieldText({ column, transform, order }: LayoutField): string {
  const bare = transform === 'identity' ? column : `${transform}(${column})`
  return order === null ? bare : `${bare} ${order}`
}
