import { sqlError } from '../../sql-error.ts'
import { commandComplete, noData, portalSuspended, rowDescription } from '../backend-messages.ts'
import type { WriteAnswer } from '../write-service.ts'
import type { Portal } from './portal.ts'
import { describeFields, type ResultStream, resultStream } from './result-stream.ts'
import { type BoundStatement, type SessionContext, styleOf } from './session-context.ts'

/** INSERT, UPDATE, DELETE or MERGE: it runs once, whole, and its rows of RETURNING are sent in parts as large as the client asks for. */
export function writePortal(context: SessionContext, { statement, parameters, formats }: BoundStatement): Portal {
  const { writes } = context
  let answer: WriteAnswer | undefined
  let stream: ResultStream | undefined

  const run = async (alone: 'alone' | undefined): Promise<WriteAnswer> => {
    mustBeWritable(context, statement.tokens[0]!.value)
    const done = await (alone ? writes.runAlone(statement, parameters) : writes.run(statement, parameters))
    if (done.returned) stream = resultStream(done.returned, formats, styleOf(context))
    return done
  }
  return {
    canBeAlone: true,
    async describe(out) {
      const { columns } = await writes.describe(
        statement,
        parameters.map(({ oid }) => oid),
      )
      out.send(columns.length > 0 ? rowDescription(describeFields(columns, formats)) : noData)
    },
    async execute(out, rowsMax, alone) {
      answer ??= await run(alone)
      const { done } = stream ? await stream.send(out, rowsMax) : { done: true }
      out.send(done ? commandComplete(answer.tag) : portalSuspended)
    },
    close: async () => stream?.close(),
  }
}

/** SQLSTATE 25006 in a transaction or a session that only reads. */
export function mustBeWritable({ transaction, settings }: SessionContext, verb: string): void {
  const isReadOnly = transaction.isReadOnly || isOn(settings.get('transaction_read_only'))
  const byDefault = transaction.status === 'I' && isOn(settings.get('default_transaction_read_only'))
  if (!isReadOnly && !byDefault) return
  throw sqlError('WEIR-6001', `cannot execute ${verb.toUpperCase()} in a read-only transaction`, {
    sqlstate: '25006',
    hint: 'Begin a transaction that is READ WRITE.',
  })
}

const isOn = (setting: string): boolean => /^(on|true|yes|1)$/i.test(setting)

/** What a message has written outside of BEGIN and COMMIT is committed with it. */
export async function endMessage({ transaction, writes }: SessionContext): Promise<void> {
  if (transaction.status === 'I' && writes.transaction.hasChanges) await writes.transaction.commit()
}

/** A statement failed: outside of BEGIN and COMMIT all that its message has written is undone; within, ROLLBACK says from where on. */
export async function statementFailed({ transaction, writes }: SessionContext): Promise<void> {
  if (transaction.status === 'I') await writes.transaction.rollback()
  transaction.fail()
}
