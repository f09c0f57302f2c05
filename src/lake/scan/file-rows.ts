import { identifier } from '../types/duckdb-type.ts'
import type { Field, Schema } from '../types/type.ts'
import { byIdsSql, isToldByNames } from './by-ids.ts'
import { byOwnNames } from './by-own-names.ts'
import { needsFooter } from './needs-footer.ts'
import { ownColumnScans, ownColumnsSql, type OwnFile, type ScanText, scanText } from './own-columns.ts'
import type { Scan } from './plan-scan.ts'
import { footerOf, type ReadFile } from './read-footer.ts'

export interface FileRowsOptions extends Pick<Scan, 'schema' | 'specs' | 'mapping'> {
  /** All that the table keeps. */
  readonly schemas: readonly Schema[]
  /** Fields read beside those of the schema. */
  readonly more?: readonly Field[]
  /** Rows bring `weir_file`, the path that was opened, and `file_row_number` along. */
  readonly isNumbered?: boolean
}

/**
 * SELECT of `c` and the id of each field, over files of which there is one at least. DuckDB knows the number of rows and the bounds of what it
 * reads by name and not of what it finds by field id, so files are read by their own names where their footers show what those mean
 * (`byOwnNames`), and the others by id.
 */
export function fileRowsSql(files: readonly ReadFile[], options: FileRowsOptions): string {
  const { schema, schemas, specs, mapping, more = [], isNumbered = false } = options
  const fields = [...schema.fields, ...more]
  const { own, others } = waysToRead(files, options)
  return [
    ...(own.length === 0 ? [] : [ownColumnsSql(fields, own, { specs, mapping, isNumbered })]),
    ...(others.length === 0 ? [] : [byIdsSql({ ...schema, fields }, others, schemas, isNumbered)]),
  ].join(' UNION ALL ')
}

/** The same rows with each field under its name. A SELECT around one scan is one more projection: to plan, and of each vector where rows are only counted. */
export function namedRowsSql(
  files: readonly ReadFile[],
  options: Pick<FileRowsOptions, 'schema' | 'schemas' | 'specs' | 'mapping'>,
): string {
  const { schema, schemas, specs, mapping } = options
  const { own, others } = waysToRead(files, options)
  const named = { specs, mapping, isNumbered: false, nameOf: ({ name }: Field) => name }
  const scans: ScanText[] = [...ownColumnScans(schema.fields, own, named)]
  if (others.length > 0) {
    const from = `(${byIdsSql(schema, others, schemas, false)})`
    scans.push({ items: schema.fields.map(namedItem), from })
  }
  return scans.length === 1 ? scanText(scans[0]!) : unitedSql(schema, scans)
}

/** Of what is put together DuckDB reads the first column, also where rows are only counted: so that is one which no file has to be read for. */
function unitedSql({ fields }: Schema, scans: readonly ScanText[]): string {
  const names = new Set(fields.map(({ name }) => name.toLowerCase()))
  let first = 'weir_row'
  while (names.has(first)) first += '_'
  const united = scans.map(({ items, from }) => scanText({ items: [`true AS ${first}`, ...items], from }))
  return `SELECT ${fields.map(({ name }) => identifier(name)).join(', ')} FROM (${united.join(' UNION ALL ')})`
}

/** The columns of `fileRowsSql` under their names. */
export function namedItems({ fields }: Schema): string {
  return fields.map(namedItem).join(', ')
}

const namedItem = ({ id, name }: Field): string => `c${id} AS ${identifier(name)}`

interface WaysToRead {
  /** Read by the names that they have themselves. */
  readonly own: readonly OwnFile[]
  /** Paths of those that are read by field id. */
  readonly others: readonly string[]
}

function waysToRead(
  files: readonly ReadFile[],
  options: Pick<FileRowsOptions, 'schema' | 'schemas' | 'specs' | 'mapping'>,
): WaysToRead {
  const { schema, schemas } = options
  const isOwn = needsFooter(options, schemas)
  const isTold = isToldByNames(schema, schemas)
  const must = files.filter(({ file }) => (file === undefined ? !isTold : isOwn(file)))
  const asked = new Set(must)
  const { named, others } = byOwnNames(files.filter((each) => !asked.has(each)))
  return { own: [...must.map(withFooter), ...named], others: others.map(({ path }) => path) }
}

function withFooter(read: ReadFile): OwnFile {
  return { ...footerOf(read), ...read }
}
