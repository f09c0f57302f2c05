import { WeirError } from '../../kernel/errors/weir-error.ts'
import { saslAuthenticateApi } from '../protocol/apis/sasl-authenticate.ts'
import { saslHandshakeApi } from '../protocol/apis/sasl-handshake.ts'
import type { Api } from '../protocol/api.ts'
import type { Decoded, Input, Shape } from '../protocol/field.ts'
import { decodeResponse, encodeRequest } from '../protocol/messages.ts'
import type { Connection } from './connection.ts'
import { createScramClient } from './scram-client.ts'

/** How a client proves to brokers who it is. */
export interface KafkaLogin {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly user: string
  readonly password: string
}

type Send = (token: Buffer) => Promise<Buffer>

/** Logs a new connection in, before anything else is asked on it. WEIR-3106 when the broker refuses, or is not who it should be. */
export async function logIn(
  connection: Connection,
  login: KafkaLogin,
  clientId: string,
  timeoutMs: number,
): Promise<void> {
  let correlationId = 0
  async function ask<R extends Shape, S extends Shape>(api: Api<R, S>, body: Input<R>): Promise<Decoded<S>> {
    const header = { apiVersion: 1, correlationId: ++correlationId, clientId }
    const answer = await connection.request(encodeRequest(api, header, body), correlationId, timeoutMs)
    return decodeResponse(api, header.apiVersion, answer).body
  }

  const { errorCode, mechanisms } = await ask(saslHandshakeApi, { mechanism: login.mechanism })
  if (errorCode !== 0) throw refused(login, `it takes ${mechanisms.join(', ') || 'no logins'}`)
  await prove(login, async (authBytes) => {
    const answer = await ask(saslAuthenticateApi, { authBytes })
    if (answer.errorCode !== 0) throw refused(login, answer.errorMessage ?? 'it does not say why')
    return answer.authBytes
  })
}

async function prove(login: KafkaLogin, send: Send): Promise<void> {
  const { mechanism, user, password } = login
  if (mechanism === 'PLAIN') return void (await send(Buffer.from(`\0${user}\0${password}`)))
  const scram = createScramClient(mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512', user, password)
  const challenge = await send(scram.first)
  const proof = await scram.prove(challenge).catch((error: Error) => {
    throw refused(login, error.message)
  })
  if (!scram.isBroker(await send(proof))) throw refused(login, 'it does not know the password itself')
}

function refused({ mechanism, user }: KafkaLogin, why: string): WeirError {
  return new WeirError(
    'WEIR-3106',
    `the Kafka broker did not log in ${user} by ${mechanism}: ${why}. Correct the user, the password or the mechanism`,
    { details: { user, mechanism } },
  )
}
