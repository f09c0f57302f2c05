import { nearestName } from '../../../kernel/nearest.ts'
import { sourceColumns } from '../../../record/delivery-state.ts'
import { mustTellColumnsApart, mustWrite, type WriteNeeds } from '../../bind/relation-rights.ts'
import type { RelationIndex } from '../../bind/relation-index.ts'
import type { ColumnRelation, TableRelation } from '../../engine-host.ts'
import { sqlError } from '../../sql-error.ts'
import type { WrittenName } from '../grammar/token-reader.ts'

/** The table that a statement writes to. SQLSTATE 42P01 when there is none, 42809 for a view, 42501 for PostgreSQL's catalog and for whom a policy does not allow it. */
export function findTarget(
  { parts, position }: WrittenName,
  relations: RelationIndex,
  searchPath: readonly string[],
  needs: WriteNeeds | 'decided by the supervisor',
): TableRelation {
  const [name = '', schema = '', catalog] = parts.toReversed()
  if (/^(pg_catalog|information_schema)$/i.test(schema) || (schema === '' && /^pg_/i.test(name)))
    throw sqlError('WEIR-6004', `permission denied: "${name}" is a system catalog`, {
      sqlstate: '42501',
      position,
      hint: 'Names that begin with pg_ are of the system catalog; a table of yours that has one is found by its schema, as in public.pg_name.',
    })
  const found = catalog === undefined ? relations.find(schema, name, searchPath) : undefined
  if (found?.kind === 'table') {
    if (needs !== 'decided by the supervisor') mustWrite(found, needs, position)
    return found
  }
  if (found)
    throw sqlError('WEIR-6001', `"${name}" is a view, and rows are written to tables`, {
      sqlstate: '42809',
      position,
      hint: 'Write to the tables that it reads.',
    })
  const nearest = relations.nearest(schema, name)
  throw sqlError('WEIR-6003', `relation "${parts.join('.')}" does not exist`, {
    sqlstate: '42P01',
    position,
    ...(nearest ? { hint: `Did you mean ${nearest}?` } : {}),
  })
}

const own: ReadonlySet<string> = new Set(sourceColumns)

/** The columns that statements may give values to: not those by which deliveries tell where rows come from. */
export function writableColumns({ columns }: TableRelation): readonly ColumnRelation[] {
  return columns.filter(({ name }) => !own.has(name))
}

/** The column of a name. SQLSTATE 42703 when there is none, 428C9 for one of Weir's own. */
function findColumn({ parts, position }: WrittenName, table: TableRelation): ColumnRelation {
  const name = parts[0]!
  const alike = table.columns.filter((column) => column.name.toLowerCase() === name.toLowerCase())
  const found = alike.find((column) => column.name === name) ?? alike[0]
  // Two can only be told apart to rename or drop one, and by no other text than its own (INV-S10).
  if (found && alike.length > 1 && found.name !== name) mustTellColumnsApart(table, position)
  if (found && own.has(found.name))
    throw sqlError(
      'WEIR-6001',
      `column "${name}" of "${table.name}" says which record of a stream a row is of: deliveries alone write it`,
      {
        sqlstate: '428C9',
        position,
        hint: 'Leave it out; it is null in rows that statements insert.',
      },
    )
  if (found) return found
  const nearest = nearestName(
    name,
    writableColumns(table).map((column) => column.name),
  )
  throw sqlError('WEIR-6003', `column "${name}" of relation "${table.name}" does not exist`, {
    sqlstate: '42703',
    position,
    ...(nearest ? { hint: `Did you mean ${nearest}?` } : {}),
  })
}

/** The columns of these names, each once. SQLSTATE 42701 for one that stands twice. */
export function findColumns(names: readonly WrittenName[], table: TableRelation): readonly ColumnRelation[] {
  const found = names.map((name) => findColumn(name, table))
  const twice = found.findIndex((column, at) => found.indexOf(column) !== at)
  if (twice < 0) return found
  throw sqlError('WEIR-6002', `column "${found[twice]!.name}" specified more than once`, {
    sqlstate: '42701',
    position: names[twice]!.position,
  })
}
