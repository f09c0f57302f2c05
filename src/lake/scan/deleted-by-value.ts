import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { PartitionSpec } from '../metadata/table-metadata.ts'
import { identifier, literal } from '../types/duckdb-type.ts'
import { fieldsById } from '../types/schema.ts'
import type { Field, Schema } from '../types/type.ts'
import { partitionKey, type FileWithDeletes } from './applicable-deletes.ts'
import { columnsOf } from './by-ids.ts'
import type { ScannedFile } from './plan-scan.ts'
import type { NameMapping } from './name-mapping.ts'
import { needsFooter, ownFile } from './needs-footer.ts'
import { partitionLiteral } from './partition-literal.ts'
import { ownColumnsSql } from './own-columns.ts'

export interface ValueDeletesOptions {
  /** The table's. */
  readonly schema: Schema
  /** All schemas that it keeps: deletes may go by a column that has been dropped since. */
  readonly schemas: readonly Schema[]
  readonly pathOf: (location: string) => string
  readonly specs?: readonly PartitionSpec[]
  readonly mapping?: NameMapping
}

/**
 * SELECT of `path, pos` of the rows that files of deletes by value touch (specification, equality delete files): those whose columns
 * are equal to a row of deletes, null to null, in files of a lower sequence number, of the same partition unless the deletes are
 * of an unpartitioned spec. Undefined when there are none.
 */
export function rowsByValueSql(touched: readonly FileWithDeletes[], options: ValueDeletesOptions): string | undefined {
  const pairs = touched.flatMap(({ file, byValue }) => byValue.map((deletes) => ({ file, deletes })))
  // One statement for the files of deletes that go by the same columns.
  const byColumns = Map.groupBy(pairs, ({ deletes }) => JSON.stringify(columnIds(deletes)))
  const parts = Array.from(byColumns.values(), (same) => sameColumnsSql(same, options))
  return parts.length === 0 ? undefined : parts.join(' UNION ALL ')
}

interface Pair {
  readonly file: ScannedFile
  readonly deletes: ScannedFile
}

function columnIds({ equalityIds = [] }: ScannedFile): readonly number[] {
  return [...equalityIds].toSorted((a, b) => a - b)
}

function sameColumnsSql(pairs: readonly Pair[], options: ValueDeletesOptions): string {
  const ids = columnIds(pairs[0]!.deletes)
  const keys = ids.map((_, at) => `key_${at}`)
  const scopes = scopesOf(pairs)
  const values = keyValues(ids, options)
  const isOwn = [...scopes.files.keys()].some(needsFooter(options, options.schemas))
  const read = (files: ReadonlyMap<ScannedFile, ReadonlySet<number>>, isData: boolean): string => {
    const rows = Array.from(files, ([file, own]) =>
      [...own].map(
        (scope) => `(${literal(options.pathOf(file.location))}, ${scope}, ${String(file.sequenceNumber)}::BIGINT)`,
      ),
    ).flat()
    const { rows: read, items } =
      isData && isOwn ? values.byFooters([...files.keys()]) : values.byIds([...files.keys()])
    const named = items.map((value, at) => `${value} AS ${keys[at]}`)
    return `SELECT live.weir_file AS path, live.file_row_number AS pos, files.scope, files.sequence, ${named.join(', ')}
      FROM ${read} AS live JOIN (VALUES ${rows.join(', ')}) AS files (path, scope, sequence) ON files.path = live.weir_file`
  }
  const fresh = [...scopes.deletes].filter(([{ values: own }]) => own !== undefined)
  const stored = new Map([...scopes.deletes].filter(([{ values: own }]) => own === undefined))
  const deletes = [
    ...(stored.size === 0 ? [] : [`SELECT scope, sequence, ${keys.join(', ')} FROM (${read(stored, false)})`]),
    ...(fresh.length === 0 ? [] : [avroValuesSql(fresh, values.types)]),
  ].join(' UNION ALL ')
  const equal = keys.map((key) => `deletes.${key} IS NOT DISTINCT FROM rows.${key}`).join(' AND ')
  // Of deletes of one value the youngest touches all that the others do.
  return `SELECT path, pos FROM (${read(scopes.files, true)}) AS rows WHERE EXISTS (
    SELECT 1 FROM (SELECT scope, ${keys.join(', ')}, max(sequence) AS sequence FROM (${deletes}) GROUP BY ALL) AS deletes
    WHERE deletes.scope = rows.scope AND deletes.sequence > rows.sequence AND ${equal})`
}

/** The values of files of deletes in Avro, for each scope that they are in. */
function avroValuesSql(
  files: readonly (readonly [file: ScannedFile, scopes: ReadonlySet<number>])[],
  types: readonly string[],
): string {
  const rows = files.flatMap(([{ values = [], sequenceNumber }, scopes]) =>
    [...scopes].flatMap((scope) =>
      values.map((row) => {
        const literals = row.map((value, at) => partitionLiteral(types[at]!, value))
        return `(${[scope, `${String(sequenceNumber)}::BIGINT`, ...literals].join(', ')})`
      }),
    ),
  )
  const columns = ['scope', 'sequence', ...types.map((_, at) => `key_${at}`)].join(', ')
  const none = types.map((type) => partitionLiteral(type, null)).join(', ')
  if (rows.length === 0) return `SELECT ${columns} FROM (VALUES (0, 0::BIGINT, ${none})) AS v (${columns}) WHERE false`
  return `SELECT ${columns} FROM (VALUES ${rows.join(', ')}) AS v (${columns})`
}

/** Which deletes are for which files: both are in the scope of their partition, or in that of the whole table. */
function scopesOf(pairs: readonly Pair[]) {
  const numbers = new Map<string, number>()
  const files = new Map<ScannedFile, Set<number>>()
  const deleteFiles = new Map<ScannedFile, Set<number>>()
  for (const { file, deletes } of pairs) {
    const key = partitionKey(file) === partitionKey(deletes) ? partitionKey(file) : 'table'
    const scope = numbers.get(key) ?? numbers.size
    numbers.set(key, scope)
    for (const [map, one] of [
      [files, file],
      [deleteFiles, deletes],
    ] as const) {
      const known = map.get(one)
      if (known === undefined) map.set(one, new Set([scope]))
      else known.add(scope)
    }
  }
  return { files, deletes: deleteFiles }
}

/** How the columns are read from files of either kind, in the type that they have now. */
function keyValues(ids: readonly number[], { schema, schemas, specs, mapping, pathOf }: ValueDeletesOptions) {
  const columns = new Map<number, Field>()
  const paths = ids.map((id) => {
    const { column, path, type } = placeOf(id, [schema, ...schemas.toReversed()])
    columns.set(column.id, column)
    return { id: column.id, path, type }
  })
  const fields = [...columns.values()]
  const at = (values: ReadonlyMap<number, string>) =>
    paths.map(({ id, path }) => [`(${values.get(id)})`, ...path.map(identifier)].join('.'))
  return {
    types: paths.map(({ type }) => type),
    byIds(files: readonly ScannedFile[]) {
      const read = columnsOf({ ...schema, fields }, schemas, ({ id }) => `c${id}`)
      const sources = read.map(({ source }) => source).join(', ')
      const opened = files.map(({ location }) => literal(pathOf(location))).join(', ')
      return {
        rows: `read_parquet([${opened}], schema = MAP {${sources}}, filename = 'weir_file', file_row_number = true)`,
        items: at(new Map(fields.map(({ id }, place) => [id, read[place]!.value]))),
      }
    },
    byFooters(files: readonly ScannedFile[]) {
      const own = files.map((file) => ownFile(file, pathOf))
      return {
        rows: `(${ownColumnsSql(fields, own, { specs, mapping, isNumbered: true })})`,
        items: at(new Map(fields.map(({ id }) => [id, `c${id}`]))),
      }
    },
  }
}

/** The column that holds the field, of the youngest schema that has it, and the way to it inside. */
function placeOf(
  id: number,
  schemas: readonly Schema[],
): { readonly column: Field; readonly path: readonly string[]; readonly type: string } {
  for (const { fields } of schemas) {
    const found = fieldsById(fields).get(id)
    if (found === undefined) continue
    if (found.repeated || typeof found.type !== 'string') break
    return { column: fields.find(({ name }) => name === found.path[0])!, path: found.path.slice(1), type: found.type }
  }
  throw new WeirError(
    'WEIR-4014',
    `Rows are deleted by the values of field ${id}, which no schema of the table has, or has as a list, map or struct`,
  )
}
