import { sqlError } from '../sql-error.ts'

/** Messages from client to server, PostgreSQL documentation 54.7. */
export type FrontendMessage =
  | { readonly type: 'query'; readonly sql: string }
  | { readonly type: 'parse'; readonly name: string; readonly sql: string; readonly oids: readonly number[] }
  | {
      readonly type: 'bind'
      readonly portal: string
      readonly statement: string
      readonly formats: readonly number[]
      readonly values: readonly (Buffer | null)[]
      readonly resultFormats: readonly number[]
    }
  | { readonly type: 'describe' | 'close'; readonly of: 'statement' | 'portal'; readonly name: string }
  | { readonly type: 'execute'; readonly portal: string; readonly rowsMax: number }
  | { readonly type: 'sync' | 'flush' | 'terminate' | 'copy done' }
  | { readonly type: 'copy data'; readonly data: Buffer }
  | { readonly type: 'copy fail'; readonly reason: string }
  | { readonly type: 'password'; readonly body: Buffer }

/** What a new connection says first. */
export type StartupMessage =
  | { readonly type: 'startup'; readonly minor: number; readonly parameters: Readonly<Record<string, string>> }
  | { readonly type: 'encrypt' }
  | { readonly type: 'cancel'; readonly processId: number; readonly secret: number }

const protocol3 = 3
const cancelRequest = 80_877_102
const sslRequest = 80_877_103
const gssRequest = 80_877_104

/** The body of a first message, its length cut off. */
export function parseStartup(body: Buffer): StartupMessage {
  if (body.length < 4) throw garbage('a first message of fewer than 8 bytes')
  const version = body.readInt32BE(0)
  if (version === sslRequest || version === gssRequest) return { type: 'encrypt' }
  if (version === cancelRequest && body.length >= 12)
    return { type: 'cancel', processId: body.readInt32BE(4), secret: body.readInt32BE(8) }
  if (version >> 16 !== protocol3) throw garbage(`protocol ${version >> 16}.${version & 0xffff}; version 3 is served`)
  const words = body.subarray(4).toString('utf8').split('\0')
  const parameters: Record<string, string> = {}
  for (let i = 0; i + 1 < words.length && words[i]; i += 2) parameters[words[i]!] = words[i + 1]!
  return { type: 'startup', minor: version & 0xffff, parameters }
}

/** A message by its type byte and body. */
export function parseMessage(type: number, body: Buffer): FrontendMessage {
  const reader = new BodyReader(body)
  switch (String.fromCharCode(type)) {
    case 'Q':
      return { type: 'query', sql: reader.cString() }
    case 'P':
      return { type: 'parse', name: reader.cString(), sql: reader.cString(), oids: reader.list(() => reader.int32()) }
    case 'B':
      return {
        type: 'bind',
        portal: reader.cString(),
        statement: reader.cString(),
        formats: reader.list(() => reader.int16()),
        values: reader.list(() => reader.value()),
        resultFormats: reader.list(() => reader.int16()),
      }
    case 'D':
      return { type: 'describe', ...reader.target() }
    case 'C':
      return { type: 'close', ...reader.target() }
    case 'E':
      return { type: 'execute', portal: reader.cString(), rowsMax: reader.int32() }
    case 'S':
      return { type: 'sync' }
    case 'H':
      return { type: 'flush' }
    case 'X':
      return { type: 'terminate' }
    case 'd':
      return { type: 'copy data', data: body }
    case 'c':
      return { type: 'copy done' }
    case 'f':
      return { type: 'copy fail', reason: reader.cString() }
    case 'p':
      return { type: 'password', body }
    default:
      throw garbage(`message type ${JSON.stringify(String.fromCharCode(type))}`)
  }
}

class BodyReader {
  readonly #body: Buffer
  #at = 0

  constructor(body: Buffer) {
    this.#body = body
  }

  cString(): string {
    const end = this.#body.indexOf(0, this.#at)
    if (end < 0) throw garbage('a text without its end')
    const text = this.#body.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  int16(): number {
    return this.#bytes(2).readUInt16BE(0)
  }

  int32(): number {
    return this.#bytes(4).readInt32BE(0)
  }

  value(): Buffer | null {
    const length = this.int32()
    return length < 0 ? null : this.#bytes(length)
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.int16() }, item)
  }

  target(): { of: 'statement' | 'portal'; name: string } {
    const kind = String.fromCharCode(this.#bytes(1)[0]!)
    if (kind !== 'S' && kind !== 'P') throw garbage(`a target of kind ${JSON.stringify(kind)}`)
    return { of: kind === 'S' ? 'statement' : 'portal', name: this.cString() }
  }

  #bytes(count: number): Buffer {
    if (this.#at + count > this.#body.length) throw garbage('a message that is shorter than it says')
    this.#at += count
    return this.#body.subarray(this.#at - count, this.#at)
  }
}

function garbage(what: string): Error {
  return sqlError('WEIR-6008', `the connection sent ${what}: it does not speak PostgreSQL's protocol`, {
    sqlstate: '08P01',
  })
}
