import { sqlError } from '../../sql-error.ts'
import { commandComplete, copyInResponse, noData } from '../backend-messages.ts'
import { parseMessage } from '../frontend-messages.ts'
import type { MessageSource } from './message-source.ts'
import type { Portal } from './portal.ts'
import type { BoundStatement, SessionContext } from './session-context.ts'
import { mustBeWritable } from './write-portal.ts'

/** COPY … FROM STDIN (documentation 54.2.6): the client is asked for its data, and answered when all of it is there. */
export function copyInPortal(context: SessionContext, { statement }: BoundStatement): Portal {
  const { writes, queries } = context
  return {
    describe: async (out) => out.send(noData),
    async execute(out, _rowsMax, alone) {
      mustBeWritable(context, 'COPY FROM')
      const columns = await writes.copyColumns(statement)
      out.send(copyInResponse(columns))
      await out.flush()
      const canceled = Promise.withResolvers<never>()
      canceled.promise.catch(() => undefined)
      const stop = queries.onCancel((reason) => canceled.reject(reason))
      try {
        const { tag } = await writes.copyFrom(statement, copyData(context.messages, canceled.promise))
        if (alone) await writes.transaction.commit()
        out.send(commandComplete(tag))
      } finally {
        stop()
      }
    },
    close: async () => {},
  }
}

/** The data of a COPY, to its end. SQLSTATE 57014 when the client says that it failed, 08P01 for other messages. */
async function* copyData(messages: MessageSource, canceled: Promise<never>): AsyncGenerator<Buffer> {
  for (;;) {
    const raw = await messages.next(canceled)
    if (!raw)
      throw sqlError('WEIR-6007', 'unexpected EOF on client connection with an open COPY', { sqlstate: '08006' })
    const message = parseMessage(raw.type, raw.body)
    switch (message.type) {
      case 'copy data':
        yield message.data
        break
      case 'copy done':
        return
      case 'copy fail':
        throw sqlError('WEIR-6007', `COPY from stdin failed: ${message.reason}`, { sqlstate: '57014' })
      // A client of the extended protocol may have sent these right after Execute.
      case 'flush':
      case 'sync':
        break
      default:
        throw sqlError('WEIR-6008', `unexpected message ${message.type} during COPY from stdin`, { sqlstate: '08P01' })
    }
  }
}
