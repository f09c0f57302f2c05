import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { tableSchema } from '../../lake/metadata/read.ts'
import { isDelta } from '../../lake/delta/write/delta-table.ts'
import { writtenSpec } from '../../lake/metadata/written-spec.ts'
import { writeDefaultSql } from '../../lake/types/default-value.ts'
import type { Field } from '../../lake/types/type.ts'
import type { ColumnRelation, TableRelation } from '../engine-host.ts'
import { statementOf } from '../gate/statement.ts'
import { changedMeanwhile } from '../session/session-statements.ts'
import type { PendingTable } from '../snapshot/pending-table.ts'
import type { ReadRelation, WrittenPlan } from '../snapshot/table-plan.ts'
import { sqlError } from '../sql-error.ts'
import type { Parameter } from '../wire/query-service.ts'
import { untouched } from './run/change-table.ts'
import { explainedWrite, runOurs } from './run/run-ours.ts'
import type { FileWriter } from './run/write-files.ts'
import type { WriteParts } from './write-parts.ts'

/** A query made from a statement, and the names that it is given; the target's is among them. */
export interface TargetQuery {
  readonly target: TableRelation
  readonly query: string
  readonly given: readonly ReadRelation[]
  /** Columns that it gives as null in all rows. */
  readonly nulls?: readonly string[]
}

/** What the work on a table works with. */
export interface TargetWork extends FileWriter {
  readonly target: TableRelation
  /** The query with its parameters and the moment written out. */
  readonly query: string
  readonly plan: WrittenPlan
  readonly before: PendingTable
}

/** How often a statement is put together anew because its table has changed meanwhile. */
const attemptsMax = 5

/**
 * Opens what the query reads, at one moment, and does the work on it. The session's cancellation ends it; then, or when it fails, it has
 * changed nothing.
 */
export async function onTarget<Result>(
  { statements, changes, scratch }: WriteParts,
  queryFor: () => Promise<TargetQuery>,
  parameters: readonly Parameter[],
  work: (target: TargetWork) => Promise<Result>,
): Promise<Result> {
  const started = statements.cancellations
  const placed = new WeakSet<object>()
  let composed: TargetQuery | undefined
  const statementFor = async () => {
    try {
      composed = await queryFor()
      return { statement: statementOf(composed.query), given: composed.given, writesRows: true as const }
    } catch (error) {
      // It names places of what the client wrote.
      if (error instanceof Error) placed.add(error)
      throw error
    }
  }
  try {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const begun = await statements.begin(statementFor, parameters)
      const { target } = composed!
      const plan = begun.read.written!
      try {
        if (!fits(target, plan)) continue
        refuseTable(composed!, plan)
        const lent = await statements.connections.take()
        try {
          statements.mustNotBeCanceled(started)
          const run = runOurs(lent.connection, statements.interruptible)
          const before = changes.of(target) ?? untouched(target, plan)
          const { metadata } = plan
          const { nulls = [] } = composed!
          const done = await work({ run, scratch, metadata, nulls, target, query: begun.spoken.text, plan, before })
          await begun.read.mustBeSame()
          statements.mustNotBeCanceled(started)
          return done
        } catch (error) {
          throw statements.explain(error, begun.prepared.bound)
        } finally {
          statements.connections.give(lent)
        }
      } finally {
        await begun.read.release()
      }
    }
  } catch (error) {
    if (error instanceof Error && placed.has(error)) throw error
    throw explainedWrite(statements.explain(error))
  }
  throw changedMeanwhile()
}

/** The relations that are known may be a moment older than the table. */
function fits({ columns }: TableRelation, { metadata }: WrittenPlan): boolean {
  const { fields } = tableSchema(metadata)
  const isSame = (field: Field, column: ColumnRelation): boolean =>
    field.name === column.name && writeDefaultSql(field) === column.default
  return fields.length === columns.length && fields.every((field, at) => isSame(field, columns[at]!))
}

function refuseTable({ target: { schema, name }, given }: TargetQuery, { metadata }: WrittenPlan): void {
  const version = metadata['format-version']
  if (version !== 2 && version !== 3)
    throw sqlError('WEIR-4012', `${schema}.${name} is not written to: it has format version ${version}`, {
      sqlstate: '0A000',
      hint: 'Upgrade it to version 2 or 3 with the engine that made it.',
    })
  if (isDelta(metadata) && given.some(({ written }) => written?.rows === 'with places'))
    throw sqlError('WEIR-4027', `rows of ${schema}.${name} are only added: it is a Delta table`, {
      sqlstate: '0A000',
      hint: 'INSERT and COPY work. UPDATE, DELETE and MERGE need an engine of Delta (Spark, delta-rs), or an Iceberg table.',
    })
  try {
    writtenSpec(metadata, metadata['default-spec-id'])
  } catch (error) {
    const { code, message } = asWeirError(error)
    throw sqlError(code, `${schema}.${name} is not written to. ${message}`, { sqlstate: '0A000' }, error)
  }
}
