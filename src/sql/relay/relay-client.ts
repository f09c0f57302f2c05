import { connect, type Socket } from 'node:net'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { sqlError } from '../sql-error.ts'
import { errorResponse } from '../wire/backend-messages.ts'
import { messageBoundaries } from './message-boundaries.ts'
import type { PostgresPortConfig } from './postgres-port.ts'

/** An engine's socket, starting the engine if there is none. SQLSTATE 57P03 when it cannot be had. */
export async function connectEngine(engine: PostgresPortConfig['engine']): Promise<{ socket: Socket; path: string }> {
  try {
    const path = await engine()
    const socket = connect(path)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve())
      socket.once('error', reject)
    })
    return { socket, path }
  } catch (cause) {
    throw sqlError(
      'WEIR-2002',
      `the SQL engine cannot be reached: ${asWeirError(cause).message}; try again`,
      { sqlstate: '57P03' },
      cause,
    )
  }
}

/** Startup parameters as the engine reads them. */
export function startupMessage(minor: number, parameters: Readonly<Record<string, string>>): Buffer {
  const words = Object.entries(parameters).flatMap(([name, value]) => [name, value])
  const body = Buffer.from(`${words.map((word) => `${word}\0`).join('')}\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  head.writeInt32BE((3 << 16) | minor, 4)
  return Buffer.concat([head, body])
}

const ends = {
  memory: {
    sqlstate: '53200',
    message: 'the SQL engine was ended because a query took more memory than the engine may have; connect again',
    hint: 'Select fewer columns or rows, or give the engine more memory in the project.',
  },
  crash: {
    sqlstate: '57P02',
    message: 'the SQL engine ended unexpectedly and is being started again; connect again',
    hint: 'weir logs engine shows why.',
  },
} as const

/**
 * Relays both ways until one side ends, each side waiting for the other. When the engine ends first, the client is told why, between two
 * messages. `onBytes` sees what the engine says first, for its cancel key.
 */
export function relay(
  client: Socket,
  engine: Socket,
  reasonOfEnd: () => 'memory' | 'crash' | undefined,
  onStarted: (key: { processId: number; secret: number }) => void,
): Promise<void> {
  const boundaries = messageBoundaries()
  let terminated = false
  let started = false

  forward(client, engine, (chunk) => {
    // Terminate is the last message of an orderly client.
    terminated = chunk.length >= 5 && chunk.subarray(-5).equals(terminate)
    return chunk
  })
  client.on('end', () => engine.end())
  // The client is not ended with the engine: it is told why first, below.
  forward(engine, client, (chunk) => {
    const whole = boundaries.push(chunk)
    if (whole && !started) {
      const key = findKey(whole)
      if (key) [started] = [true, onStarted(key)]
    }
    return whole
  })
  return new Promise((resolve) => {
    const end = () => {
      client.destroySoon()
      engine.destroy()
      resolve()
    }
    client.once('close', end)
    engine.once('close', async () => {
      // The socket may close before the supervisor has heard of the process's end.
      for (let waited = 0; !terminated && reasonOfEnd() === undefined && waited < reasonWaitMs; waited += 10)
        await new Promise((wait) => setTimeout(wait, 10))
      const text = ends[reasonOfEnd() ?? 'crash']
      if (!terminated && !client.destroyed && boundaries.whole)
        client.write(errorResponse({ severity: 'FATAL', ...text }))
      end()
    })
  })
}

const reasonWaitMs = 250
const terminate = Buffer.from([0x58, 0, 0, 0, 4])

function forward(from: Socket, to: Socket, take: (chunk: Buffer) => Buffer | undefined): void {
  from.on('data', (chunk: Buffer) => {
    const bytes = take(chunk)
    if (bytes && !to.destroyed && !to.write(bytes)) {
      from.pause()
      to.once('drain', () => from.resume())
    }
  })
  from.on('error', () => {})
  from.resume()
}

/** BackendKeyData among the first messages. */
function findKey(bytes: Buffer): { processId: number; secret: number } | undefined {
  for (let at = 0; at + 5 <= bytes.length; at += bytes.readUInt32BE(at + 1) + 1)
    if (bytes[at] === 0x4b && at + 13 <= bytes.length)
      return { processId: bytes.readInt32BE(at + 5), secret: bytes.readInt32BE(at + 9) }
  return undefined
}
