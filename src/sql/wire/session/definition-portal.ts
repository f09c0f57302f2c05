import { sqlError } from '../../sql-error.ts'
import { commandComplete, noData, noticeResponse } from '../backend-messages.ts'
import type { Portal } from './portal.ts'
import type { BoundStatement, SessionContext } from './session-context.ts'
import { endMessage, mustBeWritable } from './write-portal.ts'

/** CREATE, ALTER or DROP: a commit of its own. What the message has written before is committed first. */
export function definitionPortal(context: SessionContext, { statement, parameters }: BoundStatement): Portal {
  return {
    describe: async (out) => out.send(noData),
    async execute(out) {
      const words = statement.tokens.slice(0, 2).map(({ value }) => value.toUpperCase())
      const verb = words.join(' ')
      mustBeWritable(context, verb)
      if (context.transaction.status === 'T')
        throw sqlError('WEIR-6001', `${verb} cannot run inside a transaction block`, {
          sqlstate: '25001',
          hint: 'Run it by itself: it is a commit of its own.',
        })
      await endMessage(context)
      const { tag, notice } = await context.writes.define(statement, parameters)
      if (notice) out.send(noticeResponse({ severity: 'NOTICE', sqlstate: '00000', message: notice }))
      out.send(commandComplete(tag))
    },
    close: async () => {},
  }
}
