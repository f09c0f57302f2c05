import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { literalOf } from '../../bind/parameter-literal.ts'
import type { ColumnRelation, TableRelation } from '../../engine-host.ts'
import { duckdbTypeOf } from '../../snapshot/duckdb-type.ts'
import type { Parameter } from '../../wire/query-service.ts'
import type { Fragment } from '../grammar/token-reader.ts'
import type { Assignment, WriteStatement } from '../grammar/write-statement.ts'
import type { RunOurs } from '../run/write-files.ts'
import { shownType } from './assignable.ts'
import { insertedColumns } from './compose-insert.ts'
import { assignedValues } from './compose-change.ts'
import { castTo, valueText } from './value-text.ts'

/** A value that stands in the statement, or came as its parameter, on its way into a column. */
interface Candidate {
  readonly column: ColumnRelation
  readonly value: Fragment
}

/** How many values are looked at. */
const candidatesMax = 10_000

/**
 * The error of a value that does not fit, with the column and the value as it was written: DuckDB names neither. Values that are computed
 * are not known; then, and for all other errors, the error as it is.
 */
export async function withMisfit(
  error: unknown,
  statement: WriteStatement,
  target: TableRelation,
  parameters: readonly Parameter[],
  run: (sql: string) => ReturnType<RunOurs>,
): Promise<unknown> {
  if (!(error instanceof WeirError) || !/^22(003|007|P02)$/.test(String(error.details['sqlstate']))) return error
  try {
    const texts = candidatesOf(statement, target)
      .slice(0, candidatesMax)
      .flatMap((candidate) => {
        const text = castOf(candidate, parameters)
        return text === undefined ? [] : [{ candidate, text }]
      })
    // What is refused before it is asked for needs no query.
    const refused = texts.find(({ text }) => text === 'refused')
    const wrong = refused?.candidate ?? (await firstMisfit(texts, run))
    return wrong === undefined ? error : told(error, wrong, parameters)
  } catch {
    // The error stands without its column.
    return error
  }
}

function candidatesOf(statement: WriteStatement, target: TableRelation): readonly Candidate[] {
  const assigned = (assignments: readonly Assignment[]): readonly Candidate[] => {
    const columns = [...assignedValues(assignments, target).keys()]
    return assignments.flatMap(({ value }, at) => (value === 'default' ? [] : [{ column: columns[at]!, value }]))
  }
  if (statement.kind === 'update') return assigned(statement.assignments)
  if (statement.kind !== 'insert') return []
  const { source, conflict } = statement
  const rows = source.kind === 'values' ? source.rows : []
  const columns = rows[0] ? insertedColumns(statement, rows[0].length, target) : []
  const inserted = rows.flatMap((row) =>
    row.flatMap((value, at) => (value === 'default' ? [] : [{ column: columns[at]!, value }])),
  )
  return conflict?.action.kind === 'update' ? [...inserted, ...assigned(conflict.action.assignments)] : inserted
}

/** The value as the column's type, in SQL; undefined for one that is not known. */
function castOf({ column, value }: Candidate, parameters: readonly Parameter[]): string | undefined {
  const [token, ...more] = value.tokens
  try {
    if (token?.kind === 'parameter' && more.length === 0) {
      const given = parameters[Number(token.value) - 1]
      return given?.text == null ? undefined : castTo(literalOf(given, duckdbTypeOf(column.type)), column)
    }
    return isLiteral(value) ? castTo(valueText(value, column).text, column) : undefined
  } catch {
    return 'refused'
  }
}

function isLiteral({ tokens }: Fragment): boolean {
  const [first, second, ...more] = tokens
  const isSigned = first?.kind === 'symbol' && /^[-+]$/.test(first.value) && second?.kind === 'number'
  return (isSigned && more.length === 0) || (!second && (first?.kind === 'number' || first?.kind === 'string'))
}

async function firstMisfit(
  texts: readonly { readonly candidate: Candidate; readonly text: string }[],
  run: (sql: string) => ReturnType<RunOurs>,
): Promise<Candidate | undefined> {
  if (texts.length === 0) return undefined
  const fits = texts.map(({ text }) => `TRY(${text}) IS NOT NULL`)
  const [found] = await run(`SELECT list_position([${fits.join(', ')}], false)::INTEGER AS place`)
  const place = Number(found?.['place'] ?? 0)
  return place > 0 ? texts[place - 1]!.candidate : undefined
}

function told(error: WeirError, { column, value }: Candidate, parameters: readonly Parameter[]): WeirError {
  const [token] = value.tokens
  const whole = token?.kind === 'parameter' ? parameters[Number(token.value) - 1]!.text! : literalText(value)
  const shown = whole.length > 100 ? `${whole.slice(0, 100)}…` : whole
  const message =
    error.details['sqlstate'] === '22003'
      ? `value ${shown} of column "${column.name}" is out of range for type ${shownType(column)}`
      : `invalid input syntax for type ${shownType(column)}: "${shown}" (column "${column.name}")`
  const details = { ...error.details, position: value.position }
  return new WeirError(error.code, message, { details, cause: error.cause })
}

/** A text without its quotes. */
function literalText({ text, tokens: [token] }: Fragment): string {
  return token?.kind === 'string' ? token.value : text.trim()
}
