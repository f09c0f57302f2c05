import type { SqlAnswer } from '../api/answers.ts'
import { VirtualGrid, type GridColumn } from './virtual-grid.tsx'

type Row = readonly unknown[]

const numberTypes = /^(int|float|numeric|decimal|bigint|smallint|integer|double|real|hugeint|tinyint|u?big|u?int)/i

export function isNumberType(type: string): boolean {
  return numberTypes.test(type)
}

/** The answer of a query, whatever its columns. */
export function ResultGrid({ label, result }: { readonly label: string; readonly result: SqlAnswer }) {
  const columns = result.columns.map(({ name, type }, at): GridColumn<Row> => {
    const widest = result.rows.slice(0, 50).reduce((width, row) => Math.max(width, show(row[at]).length), name.length)
    return {
      name,
      width: Math.min(420, Math.max(70, widest * 8 + 24)),
      number: isNumberType(type),
      cell: (row) => (row[at] === null || row[at] === undefined ? <span className="nil">null</span> : show(row[at])),
    }
  })
  return <VirtualGrid label={label} rows={result.rows} columns={columns} height={520} />
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
