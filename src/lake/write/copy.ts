import { assert } from '../../kernel/assert.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { stringifyJson } from '../json.ts'
import type { PartitionSpec } from '../metadata/table-metadata.ts'
import { transformSql } from '../metadata/transform.ts'
import { duckdbFieldIds, duckdbType, identifier, literal } from '../types/duckdb-type.ts'
import type { Schema } from '../types/type.ts'
import { fieldsById } from '../types/schema.ts'
import { unwritablePart } from '../types/writable.ts'

export interface CopyOptions {
  readonly schema: Schema
  readonly spec: PartitionSpec
  /** A table expression whose columns carry the schema's names: a table's name or a SELECT in parentheses. */
  readonly source: string
  /** An empty local folder for this COPY alone; its files are adopted into the store afterwards. */
  readonly directory: string
  /** Rows of one row group; the unit that a reader skips. */
  readonly rowGroupRows?: number
}

/**
 * The COPY statement that writes Parquet files as Iceberg wants them: every column with its field id, in the schema's
 * order and types, partition columns included. It answers one row a file: `dataFilesOfCopy` reads them. `WEIR-4012` for a column that it
 * could only write as something else.
 */
export function copySql(options: CopyOptions): string {
  const { schema, spec, source, directory } = options
  refuseUnwritable(schema)
  const columns = schema.fields.map(
    ({ name, type }) => `CAST(${identifier(name)} AS ${duckdbType(type)}) AS ${identifier(name)}`,
  )
  const helpers = partitionExpressions(schema, spec).map((sql, at) => `${sql} AS ${identifier(partitionHelper(at))}`)
  const settings = [
    'FORMAT parquet',
    'COMPRESSION zstd',
    `ROW_GROUP_SIZE ${options.rowGroupRows ?? 122_880}`,
    `FIELD_IDS ${duckdbFieldIds(schema.fields)}`,
    'RETURN_STATS',
    // Readers that resolve columns by name find the ids here.
    `KV_METADATA {'iceberg.schema': ${literal(stringifyJson(schema))}}`,
  ]
  if (helpers.length === 0) {
    const target = literal(`${directory}/data.parquet`)
    return `COPY (SELECT ${columns.join(', ')} FROM ${source}) TO ${target} (${settings.join(', ')})`
  }
  const by = helpers.map((_, at) => identifier(partitionHelper(at)))
  settings.push(
    `PARTITION_BY (${by.join(', ')})`,
    // No folder is named after a value: values may be longer than names can be, or hold what no name can.
    'HIVE_FILE_PATTERN false',
    "FILENAME_PATTERN 'data_{uuid}'",
    'OVERWRITE_OR_IGNORE',
  )
  return `COPY (SELECT ${[...columns, ...helpers].join(', ')} FROM ${source}) TO ${literal(directory)} (${settings.join(', ')})`
}

function refuseUnwritable({ fields }: Schema): void {
  for (const { name, type } of fields) {
    const part = unwritablePart(type)
    if (part !== undefined)
      throw new WeirError('WEIR-4012', `The column ${name} is ${part}, which Weir does not write; use binary instead`)
  }
}

/** SQL text values of the partition tuple, one for each field of the spec. */
function partitionExpressions(schema: Schema, spec: PartitionSpec): readonly string[] {
  const columns = fieldsById(schema.fields)
  return spec.fields.map((field) => {
    const source = columns.get(field['source-id'])
    if (field.transform === 'void') return 'CAST(NULL AS VARCHAR)'
    assert(source !== undefined, `the column of the partition field ${field.name} is there`)
    return transformSql(field.transform, source.path, source.type as string)
  })
}

/** The column that carries a partition value beside the rows; DuckDB leaves it out of the files. */
export function partitionHelper(at: number): string {
  return `__weir_partition_${at}`
}
