import type { Duplex } from 'node:stream'
import { sqlError } from '../sql-error.ts'
import { authenticationSasl, authenticationSaslStep } from '../wire/backend-messages.ts'
import type { Inbox } from '../wire/session/inbox.ts'
import { scramExchange, type ScramSecret } from './scram.ts'

const mechanism = 'SCRAM-SHA-256'
const passwordMessage = 'p'.charCodeAt(0)

/** Asks for the password. Resolves when it was right; WEIR-6009 (SQLSTATE 28P01) when not. */
export async function authenticate(socket: Duplex, inbox: Inbox, user: string, secret: ScramSecret): Promise<void> {
  const wrong = () =>
    sqlError('WEIR-6009', `password authentication failed for user "${user}"`, {
      sqlstate: '28P01',
      hint: 'Administrators have WEIR_PASSWORD of where weir up was started, users of the project that of their secret.',
    })
  const answer = async (): Promise<Buffer> => {
    const message = await inbox.next()
    if (message?.type !== passwordMessage) throw wrong()
    return message.body
  }
  socket.write(authenticationSasl([mechanism]))
  const initial = await answer()
  const nameEnd = initial.indexOf(0)
  if (initial.toString('utf8', 0, nameEnd) !== mechanism || initial.length < nameEnd + 5) throw wrong()
  const exchange = scramExchange(secret)
  const first = exchange.first(initial.toString('utf8', nameEnd + 5))
  if (first === undefined) throw wrong()
  socket.write(authenticationSaslStep(11, first))
  const final = exchange.final((await answer()).toString('utf8'))
  if (final === undefined) throw wrong()
  socket.write(authenticationSaslStep(12, final))
}
