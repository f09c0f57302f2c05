import { quoteText } from '../gate/statement.ts'
import type { Token } from '../gate/tokenizer.ts'
import { isSymbol, type TokenEditor } from './token-editor.ts'

/** What a session knows of itself. */
export interface SessionFacts {
  readonly database: string
  readonly user: string
  readonly processId: number
  /** Which engine answers, as `version()` says it. */
  readonly engine: string
  readonly searchPath: readonly string[]
  setting(name: string): string
  /** set_config(name, value): sets and returns. */
  configure(name: string, value: string): string
}

/** Functions that the session answers, put in as literals. */
export function rewriteSessionFunctions(editor: TokenEditor, facts: SessionFacts): void {
  const { tokens, replace } = editor
  for (let at = 0; at < tokens.length; at++) {
    const { kind, value } = tokens[at]!
    if (kind !== 'word' || (isSymbol(tokens, at - 1, '.') && tokens[at - 2]?.value !== 'pg_catalog')) continue
    const from = isSymbol(tokens, at - 1, '.') ? at - 2 : at
    if (isSymbol(tokens, at + 1, '(')) {
      const close = closingOf(tokens, at + 1)
      const answer = close === undefined ? undefined : answerCall(value, tokens.slice(at + 2, close), facts)
      if (answer !== undefined) replace(from, close! - from + 1, answer)
    } else if (
      userWords.has(value) &&
      !isSymbol(tokens, at + 1, '.') &&
      !isSymbol(tokens, at - 1, '.') &&
      tokens[at - 1]?.value !== 'as'
    )
      replace(at, 1, quoteText(value === 'current_catalog' ? facts.database : facts.user))
    else if (value === 'current_schema') replace(from, at - from + 1, schemaOf(facts))
  }
}

const userWords = new Set(['current_user', 'session_user', 'current_role', 'current_catalog'])
const schemaOf = ({ searchPath }: SessionFacts): string => (searchPath[0] ? quoteText(searchPath[0]) : 'NULL')

/** Where the bracket at `open` closes. */
export function closingOf(tokens: readonly Token[], open: number): number | undefined {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    if (isSymbol(tokens, at, '(')) depth++
    if (isSymbol(tokens, at, ')') && --depth === 0) return at
  }
  return undefined
}

/** Undefined for a call that is not the session's to answer, or whose arguments are no literals. */
function answerCall(name: string, args: readonly Token[], facts: SessionFacts): string | undefined {
  const [first, , second] = args
  switch (name) {
    case 'current_database':
    case 'current_catalog':
      return args.length ? undefined : quoteText(facts.database)
    case 'version':
      return args.length ? undefined : quoteText(`PostgreSQL ${facts.setting('server_version')}, by ${facts.engine}`)
    case 'current_schema':
      return args.length ? undefined : schemaOf(facts)
    case 'current_schemas': {
      const implicit = first?.value === 'true' ? ['pg_catalog'] : []
      return `[${[...implicit, ...facts.searchPath].map(quoteText).join(', ')}]::VARCHAR[]`
    }
    case 'pg_backend_pid':
      return String(facts.processId)
    case 'current_setting':
      return first?.kind === 'string' ? settingOf(first.value, second?.value === 'true', facts) : undefined
    case 'set_config':
      return first?.kind === 'string' && second?.kind === 'string'
        ? quoteText(facts.configure(first.value, second.value))
        : undefined
    default:
      return undefined
  }
}

function settingOf(name: string, missingAllowed: boolean, facts: SessionFacts): string {
  try {
    return quoteText(facts.setting(name))
  } catch (error) {
    if (missingAllowed) return 'CAST(NULL AS VARCHAR)'
    throw error
  }
}
