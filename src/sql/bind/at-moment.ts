import { quoteText, statementOf, type Statement } from '../gate/statement.ts'
import { editTokens, isSymbol } from '../catalog/token-editor.ts'

/** What calls of these functions become; `moment` is a TIMESTAMPTZ. */
const calls: Readonly<Record<string, (moment: string) => string>> = {
  now: (moment) => moment,
  transaction_timestamp: (moment) => moment,
  get_current_timestamp: (moment) => moment,
  current_date: (moment) => `CAST(${moment} AS DATE)`,
  today: (moment) => `CAST(${moment} AS DATE)`,
}

/** What these words become, which are calls without brackets. */
const words: Readonly<Record<string, (moment: string) => string>> = {
  current_timestamp: (moment) => moment,
  current_date: (moment) => `CAST(${moment} AS DATE)`,
  current_time: (moment) => `CAST(${moment} AS TIMETZ)`,
  localtimestamp: (moment) => `CAST(${moment} AS TIMESTAMP)`,
  localtime: (moment) => `CAST(CAST(${moment} AS TIMESTAMP) AS TIME)`,
}

/**
 * The statement with the present moment written out: so that whoever plans it, and whoever runs it, means the same. The statement
 * itself when it does not speak of the moment.
 */
export function atMoment(statement: Statement, now: number): Statement {
  const editor = editTokens(statement)
  const { tokens, replace } = editor
  const moment = `CAST(${quoteText(`${new Date(now).toISOString().slice(0, -1)}+00`)} AS TIMESTAMPTZ)`
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind !== 'word' || isSymbol(tokens, at - 1, '.') || isSymbol(tokens, at + 1, '.') || isAlias(statement, at))
      continue
    if (isSymbol(tokens, at + 1, '(')) {
      if (isSymbol(tokens, at + 2, ')') && Object.hasOwn(calls, value)) replace(at, 3, calls[value]!(moment))
    } else if (Object.hasOwn(words, value)) replace(at, 1, words[value]!(moment))
  }
  const text = editor.text()
  return text === undefined ? statement : { ...statementOf(text), offset: statement.offset }
}

const isAlias = ({ tokens }: Statement, at: number): boolean =>
  tokens[at - 1]?.kind === 'word' && tokens[at - 1]!.value === 'as'
