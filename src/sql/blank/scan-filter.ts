/**
 * What a scan of a table asks of its rows: conditions of columns as DuckDB pushes them down to where rows are read. What is not
 * understood is `anything`, so the filter may hold for more rows than are asked for, never for fewer.
 */
export type ScanFilter =
  | { readonly all: readonly ScanFilter[] }
  | { readonly any: readonly ScanFilter[] }
  | { readonly column: string; readonly test: 'is null' | 'is not null' }
  | { readonly column: string; readonly test: Comparison; readonly constant: DuckdbConstant }

export type Comparison = '<' | '<=' | '=' | '>=' | '>'

/** A constant as `json_serialize_plan` writes it. */
export type DuckdbConstant = {
  readonly type: {
    readonly id: string
    readonly type_info?: { readonly width?: number; readonly scale?: number } | null
  }
  readonly is_null: boolean
  readonly value?: unknown
}

export const anything: ScanFilter = { all: [] }

/** A node of the plan; its fields are looked at one by one, for DuckDB promises nothing about them. */
type Node = Readonly<Record<string, unknown>>

const comparisons: Readonly<Record<string, Comparison>> = {
  COMPARE_EQUAL: '=',
  COMPARE_LESSTHAN: '<',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHAN: '>',
  COMPARE_GREATERTHANOREQUALTO: '>=',
}

/** A TableFilter of the plan, about this column. */
export function scanFilterOf(column: string, filter: unknown): ScanFilter {
  if (!isNode(filter)) return anything
  const children = () => nodesOf(filter['child_filters']).map((child) => scanFilterOf(column, child))
  switch (filter['filter_type']) {
    case 'CONSTANT_COMPARISON':
      return comparisonOf(column, filter['comparison_type'], filter['constant'])
    case 'CONJUNCTION_AND':
      return { all: children() }
    case 'CONJUNCTION_OR':
      return children().length > 0 ? { any: children() } : anything
    case 'OPTIONAL_FILTER':
      return scanFilterOf(column, filter['child_filter'])
    case 'IN_FILTER':
      return inFilter(column, filter['values'])
    case 'IS_NULL':
      return { column, test: 'is null' }
    case 'IS_NOT_NULL':
      return { column, test: 'is not null' }
    case 'EXPRESSION_FILTER':
      return ofExpression(column, filter['expr'])
    default:
      return anything
  }
}

function comparisonOf(column: string, type: unknown, constant: unknown): ScanFilter {
  const test = typeof type === 'string' ? comparisons[type] : undefined
  return test && isConstant(constant) ? { column, test, constant } : anything
}

function inFilter(column: string, values: unknown): ScanFilter {
  const found = nodesOf(values)
  const constants = found.filter(isConstant)
  if (found.length === 0 || constants.length < found.length) return anything
  return { any: constants.map((constant) => ({ column, test: '=', constant })) }
}

/** IS NULL and IS NOT NULL of the column itself, and a boolean column that is a condition by itself. */
function ofExpression(column: string, expression: unknown): ScanFilter {
  if (!isNode(expression)) return anything
  const truth = (value: boolean): ScanFilter => ({
    column,
    test: '=',
    constant: { type: { id: 'BOOLEAN' }, is_null: false, value },
  })
  if (isColumn(expression)) return isBoolean(expression) ? truth(true) : anything
  const [operand, ...more] = nodesOf(expression['children'])
  if (expression['expression_class'] !== 'BOUND_OPERATOR' || !operand || more.length > 0 || !isColumn(operand))
    return anything
  if (expression['type'] === 'OPERATOR_IS_NULL') return { column, test: 'is null' }
  if (expression['type'] === 'OPERATOR_IS_NOT_NULL') return { column, test: 'is not null' }
  return expression['type'] === 'OPERATOR_NOT' && isBoolean(operand) ? truth(false) : anything
}

const isColumn = (node: Node): boolean => node['expression_class'] === 'BOUND_REF'
const isBoolean = (node: Node): boolean => isNode(node['return_type']) && node['return_type']['id'] === 'BOOLEAN'

function isConstant(node: unknown): node is DuckdbConstant {
  return (
    isNode(node) &&
    isNode(node['type']) &&
    typeof node['type']['id'] === 'string' &&
    node['is_null'] === false &&
    'value' in node
  )
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function nodesOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}
