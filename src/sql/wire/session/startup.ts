import type { Duplex } from 'node:stream'
import { parseStartup, type StartupMessage } from '../frontend-messages.ts'
import type { Inbox } from './inbox.ts'

const refused = Buffer.from('N')

/** The first message of a connection that is not a request for encryption, which is answered with a no. Undefined: gone. */
export async function readStartup(
  socket: Duplex,
  inbox: Inbox,
): Promise<Exclude<StartupMessage, { type: 'encrypt' }> | undefined> {
  for (let asked = 0; asked < 3; asked++) {
    const raw = await inbox.next()
    if (!raw) return undefined
    const message = parseStartup(raw.body)
    if (message.type !== 'encrypt') return message
    socket.write(refused)
  }
  return undefined
}
