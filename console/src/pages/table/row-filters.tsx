import { useState } from 'react'
import {
  operators,
  operatorsOf,
  takesValue,
  type Operator,
  type RowFilter,
  type TypedColumn,
} from '../../api/row-query.ts'
import { Typed } from '../../parts/typed.tsx'

/** The filters that are set, and one more to be set. */
export function RowFilters(props: {
  readonly columns: readonly TypedColumn[]
  readonly filters: readonly RowFilter[]
  readonly onChange: (filters: readonly RowFilter[] | undefined) => void
}) {
  const { columns, filters, onChange } = props
  const change = (at: number, filter: RowFilter | undefined): void => {
    const changed = filters.flatMap((one, index) => (index === at ? (filter ?? []) : one))
    onChange(changed.length === 0 ? undefined : changed)
  }
  return (
    <section aria-label="Filters">
      {filters.map((filter, at) => (
        <SetFilter
          key={at}
          columns={columns}
          filter={filter}
          onChange={(changed) => change(at, changed)}
          onRemove={() => change(at, undefined)}
        />
      ))}
      <NewFilter columns={columns} onAdd={(filter) => onChange([...filters, filter])} />
    </section>
  )
}

function SetFilter(props: {
  readonly columns: readonly TypedColumn[]
  readonly filter: RowFilter
  readonly onChange: (filter: RowFilter) => void
  readonly onRemove: () => void
}) {
  const { columns, filter, onChange, onRemove } = props
  const type = columns.find(({ column }) => column === filter.column)?.type
  return (
    <div className="row" role="group" aria-label={`Filter of ${filter.column}`}>
      <span className="mono">{filter.column}</span>
      <span className="note">{type ?? 'not a column'}</span>
      <OperatorChoice
        label="Operator"
        type={type ?? 'string'}
        value={filter.operator}
        onValue={(operator) => onChange({ ...filter, operator })}
      />
      {takesValue(filter.operator) ? (
        <Typed
          label="Value"
          value={filter.value}
          placeholder="empty"
          onValue={(value) => onChange({ ...filter, value: value ?? '' })}
        />
      ) : null}
      <button type="button" className="bare" aria-label={`Remove the filter of ${filter.column}`} onClick={onRemove}>
        Remove
      </button>
    </div>
  )
}

function NewFilter({
  columns,
  onAdd,
}: {
  readonly columns: readonly TypedColumn[]
  readonly onAdd: (filter: RowFilter) => void
}) {
  const [column, setColumn] = useState(columns[0]?.column ?? '')
  const [asked, setOperator] = useState<Operator>('eq')
  const [value, setValue] = useState('')
  const type = columns.find((one) => one.column === column)?.type ?? 'string'
  const known = operatorsOf(type)
  const operator = known.includes(asked) ? asked : known[0]!
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault()
        onAdd({ column, operator, value: takesValue(operator) ? value : '' })
        setValue('')
      }}
    >
      <label>
        Column{' '}
        <select data-filter value={column} onChange={(event) => setColumn(event.target.value)}>
          {columns.map((one) => (
            <option key={one.column} value={one.column}>
              {one.column}
            </option>
          ))}
        </select>
      </label>
      <span className="note">{type}</span>
      <OperatorChoice label="is" type={type} value={operator} onValue={setOperator} />
      {takesValue(operator) ? (
        <label>
          this <input value={value} onChange={(event) => setValue(event.target.value)} />
        </label>
      ) : null}
      <button type="submit">Filter</button>
    </form>
  )
}

function OperatorChoice(props: {
  readonly label: string
  readonly type: string
  readonly value: Operator
  readonly onValue: (operator: Operator) => void
}) {
  const known = operatorsOf(props.type)
  const shown = known.includes(props.value) ? known : [props.value, ...known]
  return (
    <label>
      {props.label}{' '}
      <select value={props.value} onChange={(event) => props.onValue(event.target.value as Operator)}>
        {shown.map((operator) => (
          <option key={operator} value={operator}>
            {operators[operator]}
          </option>
        ))}
      </select>
    </label>
  )
}
