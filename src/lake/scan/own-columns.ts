import { WeirError } from '../../kernel/errors/weir-error.ts'
import { duckdbType, identifier, literal } from '../types/duckdb-type.ts'
import type { Field, IcebergType } from '../types/type.ts'
import type { PartitionSpec } from '../metadata/table-metadata.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { isConverted } from './hold-scanned.ts'
import { defaultOf } from './initial-default.ts'
import { nameMappingProperty, type NameMapping } from './name-mapping.ts'
import type { FileColumn } from './parquet-columns.ts'
import { partitionLiteral } from './partition-literal.ts'
import type { Footer } from './read-footer.ts'

/** A file to read by the columns that it has itself. */
export interface OwnFile extends Footer {
  /** What DuckDB opens. */
  readonly path: string
  /** As the manifest describes it; absent for a file of no snapshot. */
  readonly file?: Pick<DataFile, 'specId' | 'partition' | 'content' | 'format'>
}

export interface OwnColumnsOptions {
  readonly specs?: readonly PartitionSpec[] | undefined
  readonly mapping?: NameMapping | undefined
  /** Rows bring `weir_file` and `file_row_number` along. */
  readonly isNumbered: boolean
  /** What the column of a field is called; `c` and its id unless given. */
  readonly nameOf?: (field: Field) => string
}

/** One SELECT of several that are put together. */
export interface ScanText {
  readonly items: readonly string[]
  readonly from: string
}

export const scanText = ({ items, from }: ScanText): string => `SELECT ${items.join(', ')} FROM ${from}`

/**
 * SELECTs of each field, with each value taken from where the file has it (specification, column
 * projection): the column of that id; in files without ids of a mapped name; else the partition's value of an identity transform; else the
 * field's default; else null. At every depth, whatever names were other fields' before. Files of the same columns are read together.
 */
export function ownColumnScans(
  fields: readonly Field[],
  files: readonly OwnFile[],
  options: OwnColumnsOptions,
): readonly ScanText[] {
  const layouts = Map.groupBy(files, ({ columns }) => columns)
  const groups = [...layouts.values()].flatMap((same) => readAlike(fields, same, options))
  return groups.map((same) => sameColumns(fields, same, options))
}

/** The same as one query. */
export function ownColumnsSql(...given: Parameters<typeof ownColumnScans>): string {
  return ownColumnScans(...given)
    .map(scanText)
    .join(' UNION ALL ')
}

/** Files of the same columns, those together of whose partitions the same values are taken: a scan more is a pipeline more, and counts by reading a column. */
function readAlike(
  fields: readonly Field[],
  files: readonly OwnFile[],
  { specs = [], mapping }: OwnColumnsOptions,
): readonly (readonly OwnFile[])[] {
  const [first] = files
  const find = finder(first!, mapping)
  const absent = fields.filter((field) => find(first!.columns, field) === undefined)
  const keyOf = ({ file }: OwnFile): string => {
    const identities = identitiesOf(file, specs)
    return `${absent.map(({ id }) => identities.get(id) ?? '').join()} ${isCopy(file)}`
  }
  return [...Map.groupBy(files, keyOf).values()]
}

function sameColumns(
  fields: readonly Field[],
  files: readonly OwnFile[],
  { specs = [], mapping, isNumbered, nameOf = ({ id }) => `c${id}` }: OwnColumnsOptions,
): ScanText {
  const { columns, file } = files[0]!
  const find = finder(files[0]!, mapping)
  const reading = { find, isCopy: isCopy(file) }
  const identities = identitiesOf(file, specs)
  // A value of the partition is told by the file.
  const isTold = isNumbered || fields.some((field) => identities.has(field.id) && find(columns, field) === undefined)
  const values = fields.map((field) => {
    const column = find(columns, field)
    if (column !== undefined) return valueOf(field.type, column, `own.${identifier(column.name)}`, reading)
    const at = identities.get(field.id)
    return at === undefined ? absent(field) : partitionValues(field, files, at)
  })
  const items = values.map((value, at) => `${value} AS ${identifier(nameOf(fields[at]!))}`)
  const paths = likelyFirst(files).map(({ path }) => literal(path))
  const numbers = [
    ...(isTold ? [`filename = 'weir_file'`] : []),
    ...(isNumbered ? ['file_row_number = true'] : []),
    'hive_partitioning = false',
  ]
  return {
    items: isNumbered ? [...items, 'own.weir_file', 'own.file_row_number'] : items,
    from: `read_parquet([${paths.join(', ')}], ${numbers.join(', ')}) AS own`,
  }
}

/** How far the number of rows in the first file may be from that of most. */
const likelyWithin = 2

/** DuckDB takes the rows of the first file times the number of files for the number of all: so one comes first that is like the others. */
function likelyFirst(files: readonly OwnFile[]): readonly OwnFile[] {
  const mean = files.reduce((sum, { rows }) => sum + rows, 0) / files.length
  const far = ({ rows }: OwnFile): number => Math.abs(Math.log((rows + 1) / (mean + 1)))
  if (far(files[0]!) <= Math.log(likelyWithin)) return files
  const first = files.reduce((nearest, each) => (far(each) < far(nearest) ? each : nearest))
  return [first, ...files.filter((each) => each !== first)]
}

type Find = (columns: readonly FileColumn[], field: Pick<Field, 'id'>) => FileColumn | undefined

/** By id where the file has ids, else by the names that the mapping gives. */
function finder({ path, columns }: OwnFile, mapping: NameMapping | undefined): Find {
  if (hasIds(columns)) return (among, { id }) => among.find((column) => column.id === id)
  const names = new Set([...(mapping?.values() ?? [])].flat())
  if (!columns.some(({ name }) => names.has(name)))
    throw new WeirError(
      'WEIR-4013',
      `${path} has no field ids, and ${nameMappingProperty} of its table names none of its columns: ${columns.map(({ name }) => name).join(', ')}`,
    )
  return (among, { id }) => among.find(({ name }) => mapping?.get(id)?.includes(name))
}

function hasIds(columns: readonly FileColumn[]): boolean {
  return columns.some(({ id, children }) => id !== undefined || hasIds(children))
}

/** Where in the partition tuple the value of a column lies as it is. */
function identitiesOf(file: OwnFile['file'], specs: readonly PartitionSpec[]): ReadonlyMap<number, number> {
  const fields = specs.find((spec) => spec['spec-id'] === file?.specId)?.fields ?? []
  return new Map(fields.flatMap((field, at) => (field.transform === 'identity' ? [[field['source-id'], at]] : [])))
}

/** One value for each file: those of one partition share it. */
function partitionValues(field: Field, files: readonly OwnFile[], at: number): string {
  const type = field.type as string
  const byValue = Map.groupBy(files, ({ file }) => partitionLiteral(type, file?.partition[at] ?? null))
  const cases = Array.from(
    byValue,
    ([value, own]) => `WHEN own.weir_file IN (${own.map(({ path }) => literal(path)).join(', ')}) THEN ${value}`,
  )
  return `CASE ${cases.join(' ')} END`
}

function absent(field: Field): string {
  return `CAST(${defaultOf(field)} AS ${duckdbType(field.type)})`
}

function isCopy(file: OwnFile['file']): boolean {
  return file !== undefined && isConverted(file)
}

interface Reading {
  readonly find: Find
  /** Of rows that are in Avro. */
  readonly isCopy: boolean
}

function valueOf(type: IcebergType, column: FileColumn, sql: string, reading: Reading, depth = 0): string {
  if (isAsDeclared(type, column, reading)) return `CAST(${sql} AS ${duckdbType(type)})`
  // In UTC, as they are written.
  if (typeof type === 'string') return `CAST(timezone('UTC', ${sql}) AS ${duckdbType(type)})`
  const item = `own_${depth}`
  if (type.type === 'struct') {
    const members = type.fields.map((field) => {
      const own = reading.find(column.children, field)
      const value =
        own === undefined ? absent(field) : valueOf(field.type, own, `(${sql}).${identifier(own.name)}`, reading, depth)
      return `${identifier(field.name)} := ${value}`
    })
    return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${members.join(', ')}) END`
  }
  const [entries] = column.children
  if (type.type === 'list') {
    const element = valueOf(type.element, elementOf(column), item, reading, depth + 1)
    return `list_transform(${sql}, lambda ${item}: ${element})`
  }
  const [key, value] = entries?.children ?? []
  const ofKey = valueOf(type.key, key!, `${item}.key`, reading, depth + 1)
  const ofValue = valueOf(type.value, value!, `${item}.value`, reading, depth + 1)
  return `map_from_entries(list_transform(map_entries(${sql}), lambda ${item}: struct_pack(k := ${ofKey}, v := ${ofValue})))`
}

/** Whether what lies inside has the fields of the type, in their order and under their names, so that DuckDB's cast gives each its own. */
function isAsDeclared(type: IcebergType, column: FileColumn, reading: Reading): boolean {
  if (typeof type === 'string') return !isOfOtherZone(type, column, reading)
  if (type.type === 'list') return isAsDeclared(type.element, elementOf(column), reading)
  const [entries] = column.children
  if (type.type === 'map') {
    const [key, value] = entries?.children ?? []
    return isAsDeclared(type.key, key!, reading) && isAsDeclared(type.value, value!, reading)
  }
  return (
    type.fields.length === column.children.length &&
    type.fields.every((field, at) => {
      const own = column.children[at]!
      return (
        own.name === field.name &&
        reading.find(column.children, field) === own &&
        isAsDeclared(field.type, own, reading)
      )
    })
  )
}

/**
 * Whether a cast would go by the zone of the session. INT96 does not say that it is a moment; and writers of Avro may not say which of the two
 * a timestamp is, of which the table then decides.
 */
function isOfOtherZone(type: string, { kind }: FileColumn, { isCopy }: Reading): boolean {
  if (!type.startsWith('timestamp')) return false
  const isZoned = type.startsWith('timestamptz')
  return isCopy
    ? kind.includes(logicalTimestamp) && isZoned !== kind.includes(adjusted)
    : isZoned && kind.startsWith('3 ')
}

/** How a logical type of timestamps begins, and one of those of UTC (Thrift's compact protocol: field 8, whose field 1 is true). */
const [logicalTimestamp, adjusted] = [' 8c', ' 8c11']

/** Three levels, or two as older writers have it (Parquet specification, lists, backward compatibility). */
function elementOf(list: FileColumn): FileColumn {
  const [repeated] = list.children
  if (repeated === undefined) return list
  const isElement =
    repeated.children.length !== 1 || repeated.name === 'array' || repeated.name === `${list.name}_tuple`
  return isElement ? repeated : repeated.children[0]!
}
