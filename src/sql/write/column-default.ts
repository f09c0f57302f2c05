import type { ColumnRelation } from '../engine-host.ts'
import { statementOf } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'
import { shownType } from './bind/assignable.ts'
import { checkValues } from './bind/compose-context.ts'
import { withMisfit } from './bind/misfit-value.ts'
import { castTo, valueText } from './bind/value-text.ts'
import { isNullConstant } from './grammar/parse-default.ts'
import type { Fragment } from './grammar/token-reader.ts'
import { explainedWrite, runOurs } from './run/run-ours.ts'
import { typesOfComposed } from './types-of.ts'
import type { WriteParts } from './write-parts.ts'

/**
 * The constant as INSERT would write it into the column, as JSON of a single value (Iceberg specification, appendix D); undefined for NULL.
 * SQLSTATE 42804, 22003, 22P02, … for what INSERT would refuse, 0A000 for a column of no type that other engines know defaults of.
 */
export async function columnDefault(
  { statements }: WriteParts,
  column: ColumnRelation,
  value: Fragment,
): Promise<string | undefined> {
  if (/^\s*(struct|map|list)\b/.test(column.type)) return nestedDefault(column, value)
  const written = valueText(value, column)
  const typesOf = (text: string) => typesOfComposed(statements, text, [], [])
  const target = { schema: '', name: '', columns: [column] }
  await checkValues([written], { target, typesOf }, (items) => `SELECT ${items}`)
  const query = `SELECT ${castTo(written.text, column)} AS v`
  const { prepared, spoken, read } = await statements.begin(async () => ({ statement: statementOf(query) }), [])
  const lent = await statements.connections.take()
  try {
    const run = runOurs(lent.connection, statements.interruptible)
    try {
      const [row] = await run(`SELECT ${printed(column)} AS text FROM (${spoken.text}) AS given`)
      const text = row?.['text'] as string | null | undefined
      return text == null ? undefined : jsonOf(column, text, value)
    } catch (error) {
      const insert = { kind: 'insert', source: { kind: 'values', rows: [[value]] } } as never
      throw explainedWrite(
        (await withMisfit(statements.explain(error, prepared.bound), insert, target, [], run)) as Error,
      )
    }
  } finally {
    statements.connections.give(lent)
    await read.release()
  }
}

function nestedDefault(column: ColumnRelation, value: Fragment): undefined {
  if (isNullConstant(value)) return undefined
  throw sqlError('WEIR-6001', `column "${column.name}" is ${column.type}, and only single values have a default`, {
    sqlstate: '0A000',
    position: value.position,
    hint: 'Other engines of Iceberg read no defaults of lists, maps and structs.',
  })
}

function printed({ type }: ColumnRelation): string {
  if (type === 'binary') return 'lower(hex(v))'
  return type === 'timestamptz' ? `CAST(timezone('UTC', v) AS VARCHAR)` : 'CAST(v AS VARCHAR)'
}

function jsonOf(column: ColumnRelation, text: string, { position }: Fragment): string {
  switch (/^[a-z_]+/.exec(column.type)?.[0]) {
    case 'boolean':
    case 'int':
    case 'long':
      return text
    case 'float':
    case 'double':
      if (!Number.isFinite(Number(text))) throw unsayable(column, text, position)
      return JSON.stringify(Number(text))
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      if (!/^\d{4}-[\d-]+( [\d:.]+)?$/.test(text)) throw unsayable(column, text, position)
      return JSON.stringify(`${text.replace(' ', 'T')}${column.type === 'timestamptz' ? '+00:00' : ''}`)
    default:
      return JSON.stringify(text)
  }
}

/** Infinities, and years of fewer or more than four digits. */
function unsayable(column: ColumnRelation, text: string, position: number): Error {
  return sqlError('WEIR-6005', `${text} cannot be the default of column "${column.name}", ${shownType(column)}`, {
    sqlstate: '22008',
    position,
    hint: 'Iceberg writes defaults as JSON, which has no such value: finite numbers and the years 0001 to 9999.',
  })
}
