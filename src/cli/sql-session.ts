import pg from 'pg'
import { embeddedEngine, engineOf, ownEngineOption } from '../kernel/answering-engine.ts'
import { catalogue, type ErrorCode } from '../kernel/errors/catalogue.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'
import type { Output } from './command.ts'
import { printable } from './printable.ts'
import { tableText } from './table-text.ts'

export interface SqlRows {
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[]
  /** As PostgreSQL writes them; null is null. */
  readonly rows: readonly (readonly (string | null)[])[]
  /** `SELECT 3` */
  readonly command: string
}

export interface SqlAnswer {
  /** One for each statement, in their order. */
  readonly results: readonly SqlRows[]
  readonly notices: readonly string[]
  /** Which engine answered, as the port says it. */
  readonly engine: string
}

/** Object ids of PostgreSQL's number types: they are printed to the right. */
const numbers = new Set([20, 21, 23, 26, 700, 701, 1700])

/** Runs a statement on the PostgreSQL port; of several, what the last one answers. */
export async function runSql(address: string, text: string): Promise<SqlRows> {
  return (await runScript(address, text)).results.at(-1)!
}

/** Runs the statements of a text on the PostgreSQL port. */
export async function runScript(
  address: string,
  text: string,
  engine: 'project' | 'own' = 'project',
): Promise<SqlAnswer> {
  const client = new pg.Client({
    ...placeOf(address),
    password: async () => ownPassword(),
    application_name: 'weir sql',
    ...(engine === 'own' ? { options: ownEngineOption } : {}),
  })
  const notices: string[] = []
  client.on('notice', ({ message }) => notices.push(message ?? ''))
  client.on('error', () => undefined)
  const answering = engineOf(client)
  try {
    await client.connect()
    const results = await client.query({ text, rowMode: 'array', types: { getTypeParser: () => String } as never })
    const all = (Array.isArray(results) ? results : [results]) as pg.QueryArrayResult<(string | null)[]>[]
    return { results: all.map(rowsOf), notices, engine: answering() }
  } catch (cause) {
    throw asSqlError(cause)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Not as a connection string: pg takes the password of that alone, none where it has none. */
function placeOf(address: string): pg.ClientConfig {
  const { hostname, port, username, pathname } = new URL(address)
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
  }
}

/** Asked for only where the port wants one. */
function ownPassword(): string {
  const password = process.env['WEIR_PASSWORD']
  if (password !== undefined) return password
  throw new WeirError('WEIR-6009', 'this Weir asks for a password. Set WEIR_PASSWORD as where weir up was started')
}

function rowsOf({ fields, rows, command, rowCount }: pg.QueryArrayResult<(string | null)[]>): SqlRows {
  return {
    columns: fields.map(({ name, dataTypeID }) => ({ name, numeric: numbers.has(dataTypeID) })),
    rows,
    command: tagOf(command, rowCount),
  }
}

/** As psql prints it; empty for nothing but comments, to which the server answers that there was no statement. */
function tagOf(command: string | null, rowCount: number | null): string {
  if (command === null) return ''
  return [command, ...(command === 'INSERT' ? ['0'] : []), rowCount ?? ''].join(' ').trim()
}

/** Each result after the other; as JSON a line for each. */
export function printAnswer({ results, notices, engine }: SqlAnswer, output: Output): void {
  for (const notice of notices) output.note(notice)
  for (const result of results) printRows(result, output)
  if (engine !== embeddedEngine) output.note(`Answered by ${engine}.`)
}

function printRows({ columns, rows, command }: SqlRows, output: Output): void {
  const titles = columns.map(({ name, numeric }) => ({
    title: printable(name),
    align: numeric ? ('right' as const) : ('left' as const),
  }))
  const objects = (): unknown =>
    rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])))
  output.answer(output.json ? objects() : undefined, () => {
    if (columns.length === 0) return command
    const counted = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`
    return `${tableText(
      titles,
      rows.map((row) => row.map((value) => (value === null ? '∅' : printable(value)))),
    )}\n${counted}`
  })
}

/** What `weir explain` says most about, by SQLSTATE; the class decides where the state itself does not. */
const codes: Readonly<Record<string, ErrorCode>> = {
  '42P01': 'WEIR-6003',
  '42703': 'WEIR-6003',
  '42883': 'WEIR-6003',
  '42704': 'WEIR-6003',
  '42501': 'WEIR-6004',
  '57014': 'WEIR-6007',
  '53100': 'WEIR-8001',
  '53200': 'WEIR-6006',
  '58P01': 'WEIR-8002',
  XX001: 'WEIR-8007',
  '22': 'WEIR-6005',
}

function codeOf(sqlstate: string): ErrorCode {
  return codes[sqlstate] ?? codes[sqlstate.slice(0, 2)] ?? 'WEIR-6002'
}

/** A hint whose first words the message has already would be read twice. */
function isSaid(hint: string, message: string): boolean {
  return message.includes(hint) || message.toLowerCase().includes(hint.split(';')[0]!.toLowerCase())
}

function asSqlError(cause: unknown): WeirError {
  if (cause instanceof WeirError) return cause
  const { message, code, detail, hint, position } = cause as {
    message: string
    code?: string
    detail?: string
    hint?: string
    position?: string
  }
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) {
    const more = detail === undefined || /^WEIR-\d+$/.test(detail) ? '' : `. ${detail.replace(/\.$/, '')}`
    const place = position === undefined ? '' : ` (at character ${position})`
    return new WeirError(
      detail !== undefined && Object.hasOwn(catalogue, detail) ? (detail as ErrorCode) : codeOf(code),
      `${message}${place}${more}${hint === undefined || isSaid(hint, message) ? '' : `. ${hint}`}`,
      {
        details: { sqlstate: code },
      },
    )
  }
  return new WeirError('WEIR-2005', `the PostgreSQL port does not answer: ${message}`, { cause })
}
