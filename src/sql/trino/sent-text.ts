import { quoteText, type Statement } from '../gate/statement.ts'

/** A statement as Trino is sent it. */
export interface SentText {
  readonly text: string
  /** The place in the statement of one in the text. */
  placeOf(at: number): number | undefined
}

/**
 * The tokens of a statement, without comments and with all strings in plain quotes: so that Trino, which nests no comments and
 * knows neither `E'…'` nor `$$…$$`, reads the same tokens as the gate. Parameters become what `literals` has for them.
 */
export function sentText(statement: Statement, literals: (index: number, at: number) => string): SentText {
  const places: { readonly sent: number; readonly written: number }[] = []
  let text = ''
  let end = 0
  for (const [at, token] of statement.tokens.entries()) {
    if (token.start > end) text += ' '
    end = token.end
    places.push({ sent: text.length, written: token.start })
    if (token.kind === 'string') text += quoteText(token.value)
    else if (token.kind === 'parameter') text += ` ${literals(Number(token.value) - 1, at)} `
    else text += statement.text.slice(token.start, token.end)
  }
  return {
    text,
    placeOf: (at) => places.findLast(({ sent }) => sent <= at)?.written,
  }
}
