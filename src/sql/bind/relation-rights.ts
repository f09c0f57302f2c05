import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ColumnRelation, TableName, TableRelation } from '../engine-host.ts'
import { quoteName } from '../gate/statement.ts'
import type { ReadRelation } from '../snapshot/table-plan.ts'
import { sqlError } from '../sql-error.ts'

type Ruled = TableName & Pick<TableRelation, 'rights' | 'unreadable'>

/** WEIR-7015 (42501) when the session may not read it; why not when nobody can. */
export function mustRead(relation: Ruled, position?: number): void {
  const { schema, name, rights } = relation
  if (rights?.read) throw denied({ schema, name }, rights.read, position)
  mustBeReadable(relation, position)
}

/** The error that the table's metadata was met with. It names files: `hidden` is for who does not see the table itself. */
export function mustBeReadable({ schema, name, unreadable }: Ruled, position?: number, hidden?: 'hidden'): void {
  if (!unreadable) return
  const { code, message } = unreadable
  throw new WeirError(code, `table ${schema}.${name} cannot be read: ${hidden ? 'a file of it is damaged' : message}`, {
    details: {
      sqlstate: code === 'WEIR-8002' ? '58P01' : 'XX001',
      hint: hidden
        ? 'An administrator who reads the table itself is told which file, and what to do.'
        : 'Put right what the message names; the table is looked at again within seconds.',
      tables: [`${schema}.${name}`],
      ...(position === undefined ? {} : { position }),
    },
  })
}

/** The first two columns that only case tells apart, by the list that they are in: it is asked for with each statement. */
const twinsOf = new WeakMap<readonly ColumnRelation[], readonly [string, string] | 'none'>()

function columnTwins(columns: readonly ColumnRelation[]): readonly [string, string] | 'none' {
  const known = twinsOf.get(columns)
  if (known) return known
  const seen = new Map<string, string>()
  let twins: readonly [string, string] | 'none' = 'none'
  for (const { name } of columns) {
    const other = seen.get(lower(name))
    if (other !== undefined) twins = [other, name]
    seen.set(lower(name), name)
  }
  twinsOf.set(columns, twins)
  return twins
}

/** INV-S10. WEIR-6003 (42702) for a table that a client of the catalog made with columns that SQL would read and write one for the other. */
export function mustTellColumnsApart(
  { schema, name, columns }: TableName & Pick<TableRelation, 'columns'>,
  position?: number,
  hidden?: 'hidden',
): void {
  const twins = columnTwins(columns)
  if (twins === 'none') return
  const which = hidden ? 'two columns' : `the columns ${twins.map(quoteName).join(' and ')}`
  throw sqlError(
    'WEIR-6003',
    `${which} of ${schema}.${name} differ only by case, which SQL does not tell apart in what it reads and writes`,
    {
      sqlstate: '42702',
      ...(position === undefined ? {} : { position }),
      hint: hidden
        ? 'An administrator who reads the table itself is told which.'
        : `Rename one, as it is written: ALTER TABLE ${quoteName(schema)}.${quoteName(name)} RENAME COLUMN ${quoteName(twins[1])} TO …; or read it by an Iceberg client.`,
    },
  )
}

/**
 * What a statement does with the table that it writes to, beside writing: `rows` it adds; `rows and reads` says what is there, too;
 * `whole rows` changes rows that are there; `nothing of rows` takes them all away.
 */
export type WriteNeeds = 'nothing of rows' | 'rows' | 'rows and reads' | 'whole rows'

/**
 * WEIR-7015 (42501). UPDATE, DELETE, MERGE and ON CONFLICT DO UPDATE read the rows that they change, and write them whole: what is masked
 * in them would be read by its condition, and lost. What adds rows to a table with a key says which keys it has: a masked one would be told.
 */
export function mustWrite(table: TableRelation, needs: WriteNeeds, position?: number): void {
  const { rights } = table
  if (rights?.write) throw denied(table, rights.write, position)
  if (needs !== 'nothing of rows') mustTellColumnsApart(table, position)
  if (!rights) return mustBeReadable(table, position)
  if (needs === 'nothing of rows') return
  if (needs !== 'rows') mustRead(table, position)
  const [mask] = rights.masks
  if (needs === 'whole rows' && mask)
    throw denied(
      table,
      `its column "${mask.column}" is masked, and UPDATE, DELETE, MERGE and ON CONFLICT DO UPDATE read and write whole rows`,
      position,
    )
  const hidden = rights.masks.find(({ column }) => isOfKey(column, table))
  if (hidden)
    throw denied(
      table,
      `its column "${hidden.column}" is masked and of its key, and whoever adds rows is told which keys there are`,
      position,
    )
}

/** Whether the column, or a field of it, tells rows apart. */
export function isOfKey(column: string, { key = [] }: TableRelation): boolean {
  const masked = lower(column)
  return key.map(lower).some((name) => name === masked || name.startsWith(`${masked}.`))
}

export function denied({ schema, name }: TableName, reason: string, position?: number): Error {
  return sqlError('WEIR-7015', `permission denied for ${schema}.${name}: ${reason}`, {
    sqlstate: '42501',
    ...(position === undefined ? {} : { position }),
    hint: 'An administrator changes the policy, or does it: weir get policy lists them.',
  })
}

/** The rows of a query with what is masked as null, types as they are. */
export function maskedQuery(query: string, columns: readonly string[]): string {
  if (columns.length === 0) return query
  const nulls = columns.map((column) => `CASE WHEN false THEN ${quoteName(column)} END AS ${quoteName(column)}`)
  return `SELECT * REPLACE (${nulls.join(', ')}) FROM (${query})`
}

/** Columns of a table that read as null. As it was, also those that are another column now: their names say nothing. */
export function maskedColumns({ rights, columns, pin }: ReadRelation): readonly string[] {
  if (!rights || rights.masks.length === 0) return []
  const masked = new Set([...rights.masks.map(({ column }) => column), ...(pin?.changed ?? []).map(lower)])
  return columns.filter(({ name }) => masked.has(lower(name))).map(({ name }) => name)
}

/** Of a view, whose columns are known now. WEIR-7015 when one that must be masked is not there. */
export function maskedColumnsOfView(view: Ruled, columns: readonly string[]): readonly string[] {
  return (view.rights?.masks ?? []).flatMap(({ column, isExact }) => {
    const found = columns.find((name) => lower(name) === column)
    if (found !== undefined) return [found]
    if (!isExact) return []
    throw denied(
      view,
      `its column "${column}" is masked, and there is none: whoever changes the policy says which is meant`,
    )
  })
}

const lower = (text: string): string => text.toLowerCase()
