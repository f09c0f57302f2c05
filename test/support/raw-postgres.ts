import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { ByteWriter } from '../../src/sql/wire/byte-writer.ts'
import { messageStream, type RawMessage } from '../../src/sql/wire/message-stream.ts'

/** A PostgreSQL client that hides nothing: messages go out as they are made and come back as they are. */
export interface RawPostgres {
  readonly socket: Socket
  send(type: string, write?: (out: ByteWriter) => void): void
  parse(name: string, sql: string, oids?: readonly number[]): void
  bind(
    portal: string,
    statement: string,
    options?: { values?: readonly (Buffer | null)[]; valueFormat?: 0 | 1; resultFormat?: 0 | 1 },
  ): void
  describe(kind: 'S' | 'P', name: string): void
  execute(portal: string, rowsMax?: number): void
  /** Sync, then all messages up to ReadyForQuery, that included. */
  sync(): Promise<readonly RawMessage[]>
  /** All messages up to ReadyForQuery. */
  ready(): Promise<readonly RawMessage[]>
  close(): void
}

export async function connectRaw(
  target: NetConnectOpts,
  { user, database } = { user: 'weir', database: 'weir' },
): Promise<RawPostgres> {
  const socket = connect(target)
  socket.setNoDelay(true)
  const stream = messageStream(1 << 30)
  stream.typed()
  let arrived: (() => void) | undefined
  socket.on('data', (chunk: Buffer) => {
    stream.push(chunk)
    arrived?.()
  })
  const ready = async (): Promise<RawMessage[]> => {
    const messages: RawMessage[] = []
    for (;;) {
      const message = stream.next()
      if (message) messages.push(message)
      else await new Promise<void>((resolve) => (arrived = resolve))
      if (message && typeOf(message) === 'Z') return messages
    }
  }
  const send = (type: string, write?: (out: ByteWriter) => void) => {
    const out = new ByteWriter()
    if (type) out.int8(type.charCodeAt(0))
    out.int32(0)
    write?.(out)
    out.setInt32(type ? 1 : 0, out.at - (type ? 1 : 0))
    socket.write(out.take())
  }
  send('', (out) => {
    out.int32(196_608)
    for (const word of ['user', user, 'database', database, '']) out.cString(word)
  })
  await ready()
  return {
    socket,
    send,
    ready,
    parse: (name, sql, oids = []) =>
      send('P', (out) => {
        out.cString(name)
        out.cString(sql)
        out.int16(oids.length)
        for (const oid of oids) out.int32(oid)
      }),
    bind: (portal, statement, { values = [], valueFormat = 0, resultFormat = 0 } = {}) =>
      send('B', (out) => {
        out.cString(portal)
        out.cString(statement)
        out.int16(1)
        out.int16(valueFormat)
        out.int16(values.length)
        for (const value of values) {
          if (value === null) out.int32(-1)
          else out.lengthAndBytes(value)
        }
        out.int16(1)
        out.int16(resultFormat)
      }),
    describe: (kind, name) =>
      send('D', (out) => {
        out.int8(kind.charCodeAt(0))
        out.cString(name)
      }),
    execute: (portal, rowsMax = 0) =>
      send('E', (out) => {
        out.cString(portal)
        out.int32(rowsMax)
      }),
    sync() {
      send('S')
      return ready()
    },
    close: () => socket.destroy(),
  }
}

export const typeOf = (message: RawMessage): string => String.fromCharCode(message.type)

/** The values of a DataRow, null for null. */
export function rowOf({ body }: RawMessage): (Buffer | null)[] {
  let at = 2
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const length = body.readInt32BE(at)
    at += 4
    if (length < 0) return null
    at += length
    return body.subarray(at - length, at)
  })
}
