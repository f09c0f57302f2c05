import { connect, type Socket } from 'node:net'
import type { Random } from '../support/seeded-random.ts'

/** A client that does not behave, on one connection; `end` takes it away. */
export interface RudeClient {
  readonly name: string
  end(): void
}

/** The first bytes of what each port expects, so that garbage also arrives behind a good beginning. */
export const goodBeginnings: Readonly<Record<'kafka' | 'postgres' | 'http', readonly Buffer[]>> = {
  // ApiVersions v0 with correlation id 1 and no client id; then the beginning of a produce request.
  kafka: [Buffer.from('0000000a0012000000000001ffff', 'hex'), Buffer.from('00010000000000030000000100', 'hex')],
  // A startup packet of protocol 3.0 for user weir, then the head of a query.
  postgres: [
    startupPacket(),
    Buffer.concat([startupPacket(), Buffer.from('Q\0\0\x10\0select ')]),
    // Writes of which the rest never comes: rows of a COPY, a statement of a transaction, values of a parameter.
    Buffer.concat([startupPacket(), query('copy kept (id, text) from stdin'), Buffer.from('d\0\0\0\x091\tone')]),
    Buffer.concat([startupPacket(), query('begin; insert into kept (id) values (-1)')]),
    Buffer.concat([startupPacket(), Buffer.from('P\0\0\0\x30\0insert into kept (id) values ($1)\0')]),
  ],
  http: [
    Buffer.from('GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n'),
    Buffer.from('POST /api/v1/sql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000000\r\n\r\n{'),
    Buffer.from('GET /api/v1/tables/kept/files?limit=1000 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'),
    Buffer.from('POST /api/v1/tables/kept/compact HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\n\r\n'),
    Buffer.from(
      'POST /iceberg/v1/namespaces/public/tables/kept HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{"updates":[',
    ),
    // A worker that joins, and says nothing that one would say.
    Buffer.from(
      'POST /api/v1/workers HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: weir-worker\r\n\r\n{"on":"control","message":{"id":1,"result":null}}\n',
    ),
  ],
}

function query(text: string): Buffer {
  const head = Buffer.from('Q\0\0\0\0')
  head.writeInt32BE(text.length + 5, 1)
  return Buffer.concat([head, Buffer.from(`${text}\0`)])
}

function startupPacket(): Buffer {
  const words = Buffer.from('\0\x03\0\0user\0weir\0database\0weir\0\0', 'latin1')
  const length = Buffer.alloc(4)
  length.writeInt32BE(words.length + 4)
  return Buffer.concat([length, words])
}

function open(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  return socket
}

function rude(name: string, socket: Socket): RudeClient {
  return { name, end: () => socket.destroy() }
}

/** Bytes that mean nothing, at once or behind a good beginning. */
export function sendGarbage(port: number, random: Random, beginnings: readonly Buffer[]): RudeClient {
  const socket = open(port)
  const bytes = Buffer.from(Array.from({ length: 1 + random.pick(4000) }, () => random.pick(256)))
  if (random.chance(0.5)) socket.write(random.oneOf(beginnings))
  socket.write(bytes)
  socket.resume()
  return rude('garbage', socket)
}

/** A frame that announces far more than will ever come. */
export function announceMuch(port: number, random: Random): RudeClient {
  const socket = open(port)
  const head = Buffer.alloc(4)
  head.writeInt32BE(random.oneOf([0x7fffffff, 0x06000000, 100_000_000]))
  socket.write(head)
  socket.write(Buffer.alloc(1000, 1))
  socket.resume()
  return rude('announces much', socket)
}

/** Says the beginning of something and then nothing. */
export function stayHalfOpen(port: number, random: Random, beginnings: readonly Buffer[]): RudeClient {
  const socket = open(port)
  const beginning = random.oneOf(beginnings)
  socket.write(beginning.subarray(0, random.pick(beginning.length)))
  socket.pause()
  return rude('half open', socket)
}

/** Asks again and again, and reads none of the answers. */
export function neverRead(port: number, request: Buffer, times: number): RudeClient {
  const socket = open(port)
  socket.pause()
  for (let sent = 0; sent < times; sent++) socket.write(request)
  return rude('never reads', socket)
}
