/** A node of what DuckDB's `json_serialize_sql` gives: objects with a `type`, some with a `class`. */
export interface TreeNode {
  readonly [key: string]: unknown
}

/** What a query touches, as it names it. */
export interface QueryParts {
  readonly tables: readonly TableReference[]
  readonly functions: readonly {
    readonly name: string
    readonly schema: string
    readonly position: number | undefined
  }[]
  readonly tableFunctions: readonly { readonly name: string; readonly position: number | undefined }[]
  /** Names that WITH defines anywhere in the query. */
  readonly withNames: ReadonlySet<string>
  /** Kinds of table references that none of the above covers. */
  readonly others: readonly string[]
}

export interface TableReference {
  readonly catalog: string
  readonly schema: string
  readonly name: string
  readonly position: number | undefined
}

const plainReferences = new Set([
  'BASE_TABLE',
  'TABLE_FUNCTION',
  'SUBQUERY',
  'JOIN',
  'EXPRESSION_LIST',
  'EMPTY',
  'PIVOT',
])

/** Walks a parsed query, subqueries and all. Whatever is not recognized is reported in `others`, to be refused. */
export function partsOf(root: TreeNode): QueryParts {
  const tables: TableReference[] = []
  const functions: { name: string; schema: string; position: number | undefined }[] = []
  const tableFunctions: { name: string; position: number | undefined }[] = []
  const withNames = new Set<string>()
  const others: string[] = []

  const reference = (node: TreeNode): boolean => {
    const position = positionOf(node)
    // What was understood as a moment was put into other words before (time-travel.md).
    if (node['at_clause'] != null) others.push('AT (…)')
    if (node['type'] === 'BASE_TABLE')
      tables.push({
        catalog: text(node['catalog_name']),
        schema: text(node['schema_name']),
        name: text(node['table_name']),
        position,
      })
    if (node['type'] !== 'TABLE_FUNCTION') return false
    const call = node['function'] as TreeNode
    tableFunctions.push({ name: text(call['function_name']).toLowerCase(), position: positionOf(call) ?? position })
    visit(call['children'])
    return true
  }
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (value === null || typeof value !== 'object') return
    const node = value as TreeNode
    if (isTableReference(node)) {
      if (!plainReferences.has(text(node['type']))) others.push(text(node['type']))
      if (reference(node)) return
    }
    if (node['class'] === 'FUNCTION' || node['class'] === 'WINDOW')
      functions.push({
        name: text(node['function_name']).toLowerCase(),
        schema: text(node['schema']),
        position: positionOf(node),
      })
    const map = (node['cte_map'] as TreeNode | undefined)?.['map']
    if (Array.isArray(map)) for (const entry of map as TreeNode[]) withNames.add(text(entry['key']).toLowerCase())
    // A recursive query's own name.
    if (node['type'] === 'RECURSIVE_CTE_NODE' || node['type'] === 'CTE_NODE')
      withNames.add(text(node['cte_name'] ?? node['ctename']).toLowerCase())
    for (const key in node) visit(node[key])
  }
  visit(root)
  return { tables, functions, tableFunctions, withNames, others }
}

// Only table references have a sample and no class; query nodes end in _NODE.
function isTableReference(node: TreeNode): boolean {
  return 'sample' in node && 'alias' in node && !('class' in node) && !text(node['type']).endsWith('_NODE')
}

/** 1-based byte position in the statement; DuckDB's "unknown" is 2^64 - 1. */
function positionOf(node: TreeNode): number | undefined {
  const location = node['query_location']
  return typeof location === 'number' && location < 2 ** 40 ? location + 1 : undefined
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/**
 * PostgreSQL's names of a query's columns, where the query gives none: the function, the column, the type of a cast.
 * Undefined when a `*` makes the count unknown.
 */
export function columnNamesOf(root: TreeNode): readonly (string | undefined)[] | undefined {
  let node = root
  while (node['type'] === 'SET_OPERATION_NODE')
    node = (node['left'] ?? (node['children'] as TreeNode[] | undefined)?.[0]) as TreeNode
  const list = node?.['select_list']
  if (!Array.isArray(list)) return undefined
  if ((list as TreeNode[]).some(({ class: kind }) => kind === 'STAR')) return undefined
  return (list as TreeNode[]).map((item) => (text(item['alias']) ? undefined : nameOf(item)))
}

function nameOf(item: TreeNode): string | undefined {
  switch (item['class']) {
    case 'COLUMN_REF':
      return sessionWord((item['column_names'] as unknown[] | undefined) ?? [])
    case 'FUNCTION':
    case 'WINDOW':
      return item['is_operator'] === true || isInfix(item) ? '?column?' : functionName(item)
    case 'CASE':
      return 'case'
    case 'CAST':
      return castName(item)
    case 'SUBQUERY':
      return item['subquery_type'] === 'EXISTS' ? 'exists' : subqueryName(item)
    default:
      return operatorName(item)
  }
}

/** SIMILAR TO and `~` are calls to DuckDB's parser, but for their place: after what they match. */
function isInfix(item: TreeNode): boolean {
  if (item['function_name'] !== 'regexp_full_match') return false
  const [matched] = (item['children'] ?? []) as readonly TreeNode[]
  return (positionOf(item) ?? 0) > ((matched && positionOf(matched)) ?? Infinity)
}

/** DuckDB's parser has functions of its own schema for what SQL writes with words. */
function functionName({ function_name: name, schema, order_bys: sorted }: TreeNode): string {
  if (name === 'count_star') return 'count'
  // WITHIN GROUP (ORDER BY …), which DuckDB's own functions do not take.
  const orders = (sorted as TreeNode | null | undefined)?.['orders'] as readonly unknown[] | undefined
  if (name === 'quantile_cont' || name === 'quantile_disc')
    return orders?.length ? name.replace('quantile', 'percentile') : name
  return name === 'date_part' && schema === 'main' ? 'extract' : text(name)
}

/** That of its column; undefined for all but a value. */
function subqueryName(item: TreeNode): string | undefined {
  const node = (item['subquery'] as TreeNode | undefined)?.['node'] as TreeNode | undefined
  const [first] = (node?.['select_list'] ?? []) as readonly TreeNode[]
  if (item['subquery_type'] !== 'SCALAR' || !first || first['class'] === 'STAR') return undefined
  if (text(first['alias'])) return text(first['alias'])
  return first['class'] === 'COLUMN_REF'
    ? text((first['column_names'] as unknown[] | undefined)?.at(-1))
    : nameOf(first)
}

function operatorName({ type, children }: TreeNode): string {
  if (type === 'OPERATOR_COALESCE') return 'coalesce'
  if (type === 'ARRAY_CONSTRUCTOR') return 'array'
  const [, field] = (children ?? []) as readonly (TreeNode | undefined)[]
  const name = (field?.['value'] as TreeNode | undefined)?.['value']
  return type === 'STRUCT_EXTRACT' && typeof name === 'string' ? name : '?column?'
}

/** What reads like a column and is a word of the session, for which a literal is put in. */
function sessionWord([name, ...rest]: readonly unknown[]): string | undefined {
  const word = text(name).toLowerCase()
  const isOne = /^(current_(user|role|catalog|schema|date|time|timestamp)|localtime|localtimestamp|session_user)$/.test(
    word,
  )
  return isOne && rest.length === 0 ? word : undefined
}

const castTypes: Readonly<Record<string, string>> = {
  INTEGER: 'int4',
  BIGINT: 'int8',
  SMALLINT: 'int2',
  VARCHAR: 'text',
  DOUBLE: 'float8',
  FLOAT: 'float4',
  BOOLEAN: 'bool',
  DECIMAL: 'numeric',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  BLOB: 'bytea',
}

function castName(item: TreeNode): string {
  const child = item['child'] as TreeNode
  if (child['class'] === 'COLUMN_REF') return text((child['column_names'] as unknown[] | undefined)?.at(-1))
  const inner = nameOf(child)
  if (inner && inner !== '?column?') return inner
  const type = item['cast_type'] as TreeNode | undefined
  const id = text((type?.['type_info'] as TreeNode | null | undefined)?.['name']) || text(type?.['id'])
  return castTypes[id] ?? id.toLowerCase()
}
