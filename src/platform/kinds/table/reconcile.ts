import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { ColumnPlan, LoadedTable, TableChange, TableService } from '../reconcile-services.ts'
import type { Resource } from '../resource.ts'
import { canWiden, normalType, type Column } from './column.ts'
import { parsePartition } from './partition.ts'
import type { TableSpec } from './schema.ts'

/**
 * Table property with what was declared when the table was last made to fit. A column that is in it and no longer in the
 * declaration is dropped; one that is in neither was added by a delivery or another engine, and stays.
 */
const declaredProperty = 'weir.declared'

interface Declared {
  readonly columns: readonly string[]
  readonly properties: readonly string[]
}

export async function reconcileTable({ name, spec }: Resource<TableSpec>, tables: TableService): Promise<void> {
  const { namespace, key = [], partitionBy, properties, format } = spec
  const columns = keyedColumns(spec)
  const table = { namespace, name }
  const loaded = await tables.load(table)
  const declared = JSON.stringify({
    columns: Object.keys(columns),
    properties: Object.keys(properties),
  } satisfies Declared)
  if (!loaded)
    return tables.create({
      ...table,
      key,
      columns: Object.entries(columns).map(columnPlan),
      partitionBy: partitionBy.map((text) => parsePartition(text, columns)),
      format,
      properties: { ...properties, [declaredProperty]: declared },
    })
  if (loaded.format !== format)
    throw new WeirError(
      'WEIR-7005',
      `the table ${name} is of format ${loaded.format}, declared is ${format}. Declare what there is, or another table`,
    )
  if (loaded.key.toSorted().join() !== key.toSorted().join())
    throw new WeirError(
      'WEIR-7005',
      `the table ${name} has the key ${loaded.key.join(', ') || 'none'}, declared is ${key.join(', ') || 'none'}. Declare what there is, or another table`,
    )
  const change = changeOf(loaded, { ...spec, columns }, declared)
  const work = Object.values(change).some((part: object) => Object.keys(part).length > 0)
  if (work) await tables.alter(table, change)
}

function changeOf(loaded: LoadedTable, { columns, properties }: TableSpec, declared: string): TableChange {
  const present = new Map(loaded.columns.map((column) => [column.name, column]))
  const before = declaredBefore(loaded)
  const wanted = Object.entries(columns).map(columnPlan)
  const settings = { ...properties, [declaredProperty]: declared }
  return {
    addColumns: wanted.filter(({ name }) => !present.has(name)),
    dropColumns: before.columns.filter((name) => !(name in columns) && present.has(name)),
    changeColumns: wanted.filter((column) => differs(column, present.get(column.name), loaded)),
    setProperties: Object.fromEntries(
      Object.entries(settings).filter(([key, value]) => loaded.properties[key] !== value),
    ),
    removeProperties: before.properties.filter((key) => !(key in properties) && key in loaded.properties),
  }
}

function differs(wanted: ColumnPlan, found: ColumnPlan | undefined, { name }: LoadedTable): boolean {
  if (!found) return false
  const type = normalType(found.type, found.name)
  if (!canWiden(type, wanted.type))
    throw new WeirError(
      'WEIR-7005',
      `the table ${name} has the column ${found.name} as ${type}, declared is ${wanted.type}. Declare what there is, or another table`,
    )
  return type !== wanted.type || found.required !== wanted.required || (found.doc ?? '') !== (wanted.doc ?? '')
}

function declaredBefore({ properties }: LoadedTable): Declared {
  const text = properties[declaredProperty]
  return text === undefined ? { columns: [], properties: [] } : (JSON.parse(text) as Declared)
}

/** The columns as the table has them: those of the key are required, whatever they are declared as. */
export function keyedColumns({ columns, key = [] }: Pick<TableSpec, 'columns' | 'key'>): TableSpec['columns'] {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      key.includes(name) ? { ...column, required: true } : column,
    ]),
  )
}

export function columnPlan([name, { type, required, doc }]: readonly [string, Column]): ColumnPlan {
  return { name, type, required, ...(doc === undefined ? {} : { doc }) }
}
