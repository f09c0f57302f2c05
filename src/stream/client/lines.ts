import type { WeirError } from '../../kernel/errors/weir-error.ts'
import { apiVersionsApi } from '../protocol/apis/api-versions.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { VersionRange } from '../protocol/field.ts'
import { decodeResponse, encodeRequest } from '../protocol/messages.ts'
import { logIn, type KafkaLogin } from './login.ts'
import { openConnection, type Address, type Connection, type Dialling } from './connection.ts'

/** A connection on which it is known what the broker speaks. */
export interface Line {
  readonly connection: Connection
  readonly versions: ReadonlyMap<number, VersionRange>
}

/** How to reach brokers, and who asks. */
export interface Caller extends Dialling {
  readonly clientId: string
  /** Left out where brokers ask nobody who he is. */
  readonly login?: KafkaLogin | undefined
}

/** The connections to one broker: one that is shared, and others that are taken and given back. Broken ones are replaced. */
export interface Lines {
  shared(timeoutMs: number): Promise<Line>
  take(timeoutMs: number): Promise<Line>
  giveBack(line: Line): void
  close(reason: WeirError): void
}

export function createLines(address: Address, caller: Caller): Lines {
  const idle: Line[] = []
  const open = new Set<Line>()
  let current: Promise<Line> | undefined
  let closed: WeirError | undefined

  async function openLine(timeoutMs: number): Promise<Line> {
    if (closed) throw closed
    const connection = await openConnection(caller, address, timeoutMs)
    try {
      const versions = await negotiate(connection, caller.clientId, timeoutMs)
      if (caller.login) await logIn(connection, caller.login, caller.clientId, timeoutMs)
      const line = { connection, versions }
      if (closed) throw closed
      open.add(line)
      return line
    } catch (error) {
      connection.close(error as WeirError)
      throw error
    }
  }

  async function shared(timeoutMs: number): Promise<Line> {
    const opening = (current ??= openLine(timeoutMs))
    const line = await opening.catch((error: unknown) => {
      if (current === opening) current = undefined
      throw error
    })
    if (line.connection.usable) return line
    open.delete(line)
    if (current === opening) current = undefined
    return shared(timeoutMs)
  }

  return {
    shared,
    async take(timeoutMs) {
      for (let line = idle.pop(); line; line = idle.pop()) {
        if (line.connection.usable) return line
        open.delete(line)
      }
      return openLine(timeoutMs)
    },
    giveBack(line) {
      if (line.connection.usable) idle.push(line)
      else open.delete(line)
    },
    close(reason) {
      closed = reason
      for (const { connection } of open) connection.close(reason)
    },
  }
}

async function negotiate(
  connection: Connection,
  clientId: string,
  timeoutMs: number,
): Promise<Map<number, VersionRange>> {
  const ask = (apiVersion: number): Promise<Buffer> => {
    const header = { apiVersion, correlationId: apiVersion, clientId }
    const body = { clientSoftwareName: 'weir', clientSoftwareVersion: '0.1.0' }
    return connection.request(encodeRequest(apiVersionsApi, header, body), apiVersion, timeoutMs)
  }
  let version = 3
  let frame = await ask(version)
  // A broker that does not know the version says so in the oldest form (KIP-511).
  if (frame.length >= 6 && frame.readInt16BE(4) === kafkaErrors.UNSUPPORTED_VERSION) frame = await ask((version = 0))
  const { apiKeys } = decodeResponse(apiVersionsApi, version, frame).body
  return new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]))
}
