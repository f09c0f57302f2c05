import type { Field, Schema } from '../types/type.ts'
import { byIdsSql, isToldByNames } from './by-ids.ts'
import { byOwnNames } from './by-own-names.ts'
import { needsFooter } from './needs-footer.ts'
import { ownColumnsSql, type OwnFile } from './own-columns.ts'
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
  const isOwn = needsFooter(options, schemas)
  const isTold = isToldByNames(schema, schemas)
  const must = files.filter(({ file }) => (file === undefined ? !isTold : isOwn(file)))
  const asked = new Set(must)
  const { named, others } = byOwnNames(files.filter((each) => !asked.has(each)))
  const own = [...must.map(withFooter), ...named]
  const parts = [
    ...(own.length === 0 ? [] : [ownColumnsSql(fields, own, { specs, mapping, isNumbered })]),
    ...(others.length === 0 ? [] : [byIdsSql({ ...schema, fields }, pathsOf(others), schemas, isNumbered)]),
  ]
  return parts.join(' UNION ALL ')
}

function withFooter(read: ReadFile): OwnFile {
  return { ...footerOf(read), ...read }
}

function pathsOf(files: readonly ReadFile[]): readonly string[] {
  return files.map(({ path }) => path)
}
