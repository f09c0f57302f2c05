import { useMemo } from 'react'
import type { SqlAnswer } from '../api/answers.ts'
import { VirtualGrid, type GridColumn } from './virtual-grid.tsx'

type Row = readonly unknown[]

const numberTypes = /^(int|float|numeric|decimal|bigint|smallint|integer|double|real|hugeint|tinyint|u?big|u?int)/i

export function isNumberType(type: string): boolean {
  return numberTypes.test(type)
}

/** The answer of a query, whatever its columns. `sortOf` tells how the rows are sorted by a column, and sorts by it. */
export function ResultGrid(props: {
  readonly label: string
  readonly result: SqlAnswer
  readonly sortOf?: (column: string) => Pick<GridColumn<Row>, 'sorted' | 'onSort'>
}) {
  const { label, result, sortOf } = props
  const widths = useMemo(() => widthsOf(result), [result])
  const columns = result.columns.map(({ name, type }, at): GridColumn<Row> => ({
    name,
    width: widths[at]!,
    number: isNumberType(type),
    ...sortOf?.(name),
    cell: (row) => (row[at] === null || row[at] === undefined ? <span className="nil">null</span> : inLine(row[at])),
  }))
  return (
    <VirtualGrid
      label={label}
      rows={result.rows}
      columns={columns}
      height={520}
      detail={(row) => <WholeRow row={row} columns={result.columns} />}
    />
  )
}

/** As wide as their names and first values want. */
function widthsOf({ columns, rows }: SqlAnswer): readonly number[] {
  return columns.map(({ name }, at) => {
    const widest = rows.slice(0, 50).reduce((width, row) => Math.max(width, show(row[at]).length), name.length)
    return Math.min(420, Math.max(70, widest * 8 + 24))
  })
}

/** What is longer than a line is read below it. */
const lineLength = 400

function inLine(value: unknown): string {
  const text = show(value)
  return text.length > lineLength ? `${text.slice(0, lineLength)}…` : text
}

/** Every value of a row in full. */
function WholeRow({ row, columns }: { readonly row: Row; readonly columns: SqlAnswer['columns'] }) {
  return (
    <dl className="facts">
      {columns.map(({ name, type }, at) => (
        <div key={at} className="contents">
          <dt>
            {name} <span className="note">{type}</span>
          </dt>
          <dd className="mono whole-value">
            {row[at] === null || row[at] === undefined ? <span className="nil">null</span> : show(row[at])}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
