import { type Statement, wordsAt } from '../../gate/statement.ts'
import type { StatementKind } from '../../gate/kind.ts'
import type { Token } from '../../gate/tokenizer.ts'
import { sqlError } from '../../sql-error.ts'

/** Settings as the port answers them. */
export interface Settings {
  get(name: string): string
  set(name: string, value: string | undefined): void
  resetAll(): void
  list(): readonly { readonly name: string; readonly value: string }[]
}

/** What a session statement answers. */
export interface SessionAnswer {
  readonly tag: string
  readonly columns?: readonly string[]
  readonly rows?: readonly (readonly string[])[]
}

/** SET, RESET, SHOW and statements that drivers send and that mean nothing here. Undefined for the kinds it does not know. */
export function answerSessionStatement(
  kind: StatementKind,
  statement: Statement,
  settings: Settings,
): SessionAnswer | undefined {
  switch (kind) {
    case 'set':
      return set(statement, settings)
    case 'reset':
      return reset(statement, settings)
    case 'show':
      return show(statement, settings)
    case 'listen':
      return { tag: statement.tokens[0]!.value.toUpperCase() }
    case 'lock':
      return { tag: 'LOCK TABLE' }
    default:
      return undefined
  }
}

/** Columns of what a session statement will answer, without running it. */
export function sessionColumns(kind: StatementKind, statement: Statement): readonly string[] | undefined {
  if (kind !== 'show') return undefined
  const name = shownName(statement)
  return name === 'all' ? ['name', 'setting', 'description'] : [name]
}

function set({ tokens, text }: Statement, settings: Settings): SessionAnswer {
  let at = 1
  if (
    wordsAt(tokens, at, 'session', 'characteristics') ||
    wordsAt(tokens, at, 'transaction') ||
    wordsAt(tokens, at, 'constraints')
  )
    return { tag: 'SET' }
  if (wordsAt(tokens, at, 'session', 'authorization')) return { tag: 'SET' }
  if (wordsAt(tokens, at, 'session') || wordsAt(tokens, at, 'local')) at++
  if (wordsAt(tokens, at, 'role')) return { tag: 'SET' }
  if (wordsAt(tokens, at, 'names')) return change(settings, 'client_encoding', valueOf(tokens.slice(at + 1), text))
  if (wordsAt(tokens, at, 'time', 'zone')) return change(settings, 'TimeZone', valueOf(tokens.slice(at + 2), text))
  const name: string[] = []
  while (tokens[at] && (tokens[at]!.kind === 'word' || tokens[at]!.kind === 'quoted' || tokens[at]!.value === '.')) {
    if (wordsAt(tokens, at, 'to')) break
    name.push(tokens[at++]!.value)
  }
  const assign = tokens[at]
  if (!assign || (assign.value !== '=' && assign.value !== 'to'))
    throw sqlError('WEIR-6002', `SET wants a name and a value: SET ${name.join('') || 'NAME'} = VALUE`, {
      sqlstate: '42601',
    })
  return change(settings, name.join(''), valueOf(tokens.slice(at + 1), text))
}

function change(settings: Settings, name: string, value: string | undefined): SessionAnswer {
  settings.set(name, value)
  return { tag: 'SET' }
}

/** Undefined for DEFAULT and LOCAL. */
function valueOf(tokens: readonly Token[], text: string): string | undefined {
  const [first] = tokens
  if (!first) throw sqlError('WEIR-6002', 'SET wants a value', { sqlstate: '42601' })
  if (tokens.length === 1 && first.kind === 'word' && (first.value === 'default' || first.value === 'local'))
    return undefined
  if (tokens.length === 1) return first.kind === 'word' ? text.slice(first.start, first.end) : first.value
  const parts = tokens.map((token) => (token.kind === 'string' ? token.value : text.slice(token.start, token.end)))
  return parts.join(tokens.some(({ value }) => value === ',') ? ' ' : '').replaceAll(' ,', ',')
}

function reset({ tokens, text }: Statement, settings: Settings): SessionAnswer {
  if (wordsAt(tokens, 1, 'all')) settings.resetAll()
  else if (wordsAt(tokens, 1, 'time', 'zone')) settings.set('TimeZone', undefined)
  else if (!wordsAt(tokens, 1, 'role') && !wordsAt(tokens, 1, 'session'))
    settings.set(tokens[1] ? text.slice(tokens[1].start, tokens.at(-1)!.end) : '', undefined)
  return { tag: 'RESET' }
}

function shownName({ tokens, text }: Statement): string {
  if (wordsAt(tokens, 1, 'time', 'zone')) return 'TimeZone'
  if (wordsAt(tokens, 1, 'transaction', 'isolation', 'level')) return 'transaction_isolation'
  if (wordsAt(tokens, 1, 'session', 'authorization')) return 'session_authorization'
  const first = tokens[1]
  if (!first) throw sqlError('WEIR-6002', 'SHOW wants a name; SHOW ALL lists all', { sqlstate: '42601' })
  return text.slice(first.start, tokens.at(-1)!.end).replaceAll('"', '').toLowerCase()
}

function show(statement: Statement, settings: Settings): SessionAnswer {
  const name = shownName(statement)
  const columns = sessionColumns('show', statement)!
  if (name === 'all') return { tag: 'SHOW', columns, rows: settings.list().map((one) => [one.name, one.value, '']) }
  return { tag: 'SHOW', columns, rows: [[settings.get(name)]] }
}
