import { catalogue, type ErrorCode } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { BoundRelations } from '../bind/binder.ts'
import { hiddenRelation } from '../bind/place-relations.ts'
import { type ReadRelation, tableOf } from '../snapshot/table-plan.ts'
import { sqlError } from '../sql-error.ts'

/** What a statement reads. */
type FilesOf = Pick<BoundRelations, 'tables' | 'views'>

/** What is known of the file besides the error. */
export interface FoundFile {
  readonly table?: ReadRelation
  /** The manifest that names the file. */
  readonly manifest?: string | undefined
}

/** SQLSTATEs of files of tables that are missing, damaged or named wrongly. */
const sqlstates: Partial<Record<ErrorCode, string>> = {
  'WEIR-4008': 'XX001',
  'WEIR-4026': 'XX001',
  'WEIR-5011': 'XX001',
  'WEIR-8002': '58P01',
  'WEIR-8005': 'XX001',
  'WEIR-8007': 'XX001',
}

/** Further codes whose messages name files. */
const namingFiles: ReadonlySet<ErrorCode> = new Set([
  'WEIR-4013',
  'WEIR-4014',
  'WEIR-4020',
  'WEIR-4021',
  'WEIR-6011',
  'WEIR-8004',
  'WEIR-8008',
  'WEIR-8009',
  'WEIR-8011',
])

/**
 * The error of a statement that met a file which is missing, damaged or named wrongly: it says of which table, the file, the manifest that names
 * it where that is known, and what to do. Who sees the table through a view or a mask is not told of the file (docs/spec/policies.md, INV-A5).
 */
export function fileError(error: Error, bound: FilesOf, found: FoundFile = {}): Error {
  if (!(error instanceof WeirError) || error.details['tables'] !== undefined) return error
  const sqlstate = sqlstates[error.code]
  const tables = namesOf(bound, found)
  if (hiddenRelation(bound)) return hidesFile(error) ? hiddenFile(error, tables) : error
  if (sqlstate === undefined) return error
  const named = found.manifest === undefined ? '' : `; the manifest ${found.manifest} names it`
  const message = `${tables.length > 0 ? `table ${tables.join(' or ')}: ` : ''}${error.message}${named}`
  const hint = (error.details['hint'] as string | undefined) ?? remedyOf(error.code, tables, found)
  return new WeirError(error.code, message, { cause: error, details: { ...error.details, sqlstate, hint, tables } })
}

/** Also what nobody foresaw, or the file system refused, if there is a path in it. */
function hidesFile({ code, message, details }: WeirError): boolean {
  if (sqlstates[code] !== undefined || namingFiles.has(code)) return true
  return (code === 'WEIR-9001' || details['sqlstate'] === '58030') && /\/\S*\//.test(message)
}

function hiddenFile(error: WeirError, tables: readonly string[]): Error {
  const { code, details } = error
  const what = code === 'WEIR-8002' ? 'is not there' : 'cannot be read'
  const of = tables.length > 0 ? tables.join(' or ') : 'a table behind a view'
  const hidden = sqlError(
    code,
    `a file of ${of} ${what}; its name is not shown to who sees the table through a view or a mask`,
    {
      sqlstate: sqlstates[code] ?? (details['sqlstate'] as string | undefined) ?? 'XX000',
      hint: 'An administrator who reads the table itself is told which file, and what to do.',
    },
  )
  return new WeirError(code, hidden.message, { details: { ...hidden.details, tables } })
}

/** Those that the session may know of. */
function namesOf({ tables }: FilesOf, { table }: FoundFile): readonly string[] {
  const read = (table ? [table] : tables).filter(({ query, asOwner }) => query === undefined && !asOwner)
  return [...new Set(read.map(tableOf).map(({ schema, name }) => `${schema}.${name}`))]
}

function remedyOf(code: ErrorCode, tables: readonly string[], { manifest }: FoundFile): string {
  const rollback = `weir table rollback ${tables.length === 1 ? tables[0] : 'TABLE'} SNAPSHOT`
  if (code === 'WEIR-4026') return catalogue[code].remedy
  const wrongName = manifest === undefined ? '' : ' If there never was such a file, restore the manifest.'
  return `Restore the file from a backup. A table of the lake can also go back to a snapshot that does not have it: ${rollback}.${wrongName}`
}
