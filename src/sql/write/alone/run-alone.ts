import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { formatDuration } from '../../../kernel/units.ts'
import type { TableName } from '../../engine-host.ts'
import { sqlError } from '../../sql-error.ts'
import type { WriteAnswer } from '../../wire/write-service.ts'
import type { WriteParts } from '../write-parts.ts'
import type { StatementTurn } from './statement-turns.ts'

/** A statement that is a whole transaction. */
export interface AloneStatement {
  /** Those in which it looks for rows or keys: others may be first there. */
  readonly tables: () => Promise<readonly TableName[]>
  /** Runs it on the tables as they are; nothing is committed. */
  readonly run: () => Promise<WriteAnswer>
}

/** Whoever is still not first then writes against somebody who takes no turns: another engine, or transactions. */
const triesMax = 20
const patienceMs = 600_000

/** Runs and commits it, and again when others were first (sql-writes.md, "Statements alone"). */
export async function runAlone(parts: WriteParts, { tables, run }: AloneStatement): Promise<WriteAnswer> {
  const { statements, services, changes } = parts
  const began = performance.now()
  const started = statements.cancellations
  let turn: StatementTurn | undefined
  const takeTurn = async (): Promise<void> => {
    const looked = await tables()
    statements.mustNotBeCanceled(started)
    turn ??= await waitForTurn(parts, looked, patienceMs - (performance.now() - began))
    statements.mustNotBeCanceled(started)
  }
  try {
    if (services.turns.areAny && services.turns.areAt(await tables())) await takeTurn()
    for (let tries = 1; ; tries++) {
      try {
        return await runOnce(parts, run)
      } catch (error) {
        if (!isConflict(error)) throw error
        statements.mustNotBeCanceled(started)
        const tookMs = performance.now() - began
        if (tries === triesMax || tookMs > patienceMs) throw neverFirst(error, tries, tookMs)
        await changes.rollback()
        await takeTurn()
      }
    }
  } finally {
    turn?.end()
  }
}

async function runOnce({ changes }: WriteParts, run: AloneStatement['run']): Promise<WriteAnswer> {
  const answer = await run()
  try {
    await changes.commit()
    return answer
  } catch (error) {
    await answer.returned?.close()
    throw error
  }
}

/** Nothing was changed, and never will be: whose outcome is unknown has another SQLSTATE. */
function isConflict(error: unknown): error is WeirError {
  return error instanceof WeirError && error.details['sqlstate'] === '40001'
}

async function waitForTurn(
  { statements, services }: WriteParts,
  tables: readonly TableName[],
  waitMs: number,
): Promise<StatementTurn> {
  const givenUp = Promise.withResolvers<never>()
  givenUp.promise.catch(() => undefined)
  const stop = statements.onCancel((reason) => givenUp.reject(reason))
  const timer = setTimeout(() => givenUp.reject(tooLong(tables, waitMs)), waitMs)
  try {
    return await services.turns.take(tables, givenUp.promise)
  } finally {
    clearTimeout(timer)
    stop()
  }
}

function tooLong(tables: readonly TableName[], waitMs: number): Error {
  const names = tables.map(({ schema, name }) => `${schema}.${name}`).join(', ')
  return sqlError(
    'WEIR-6013',
    `could not serialize access due to concurrent update: the turn of this statement at ${names} did not come in ${formatDuration(waitMs)}`,
    {
      sqlstate: '40001',
      hint: 'Nothing was changed. Statements that take that long are before it: run it when they are done.',
    },
  )
}

function neverFirst(error: WeirError, tries: number, tookMs: number): Error {
  return sqlError(
    error.code,
    `${error.message}; the statement was tried ${tries} times in ${formatDuration(tookMs)}, and others were first each time`,
    { sqlstate: '40001', hint: 'Nothing was changed. Run it again when fewer write to the table.' },
    error,
  )
}
