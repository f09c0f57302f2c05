import { type Token, tokenize } from './tokenizer.ts'

/** One statement out of what a client sent, without its semicolon. */
export interface Statement {
  readonly text: string
  /** Places in `text`. */
  readonly tokens: readonly Token[]
  /** Where `text` begins in what the client sent, for error positions. */
  readonly offset: number
}

/** The statements of a script, empty ones left out. */
export function splitStatements(script: string): Statement[] {
  const statements: Statement[] = []
  let current: Token[] = []
  const close = () => {
    const [first, last] = [current[0], current.at(-1)]
    if (first && last) {
      const shift = (token: Token) => ({ ...token, start: token.start - first.start, end: token.end - first.start })
      const text = script.slice(first.start, last.end)
      statements.push({ text, tokens: current.map(shift), offset: first.start })
    }
    current = []
  }
  for (const token of tokenize(script)) {
    if (token.kind === 'symbol' && token.value === ';') close()
    else current.push(token)
  }
  close()
  return statements
}

/** A statement of ours, made from another's text. */
export function statementOf(text: string, offset = 0): Statement {
  return { text, tokens: tokenize(text), offset }
}

/** Whether the tokens from `at` on are these unquoted words. */
export function wordsAt(tokens: readonly Token[], at: number, ...words: readonly string[]): boolean {
  return words.every((word, i) => tokens[at + i]?.kind === 'word' && tokens[at + i]!.value === word)
}

/** A name or a string as SQL writes it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`
