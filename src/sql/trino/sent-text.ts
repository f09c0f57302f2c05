import { quoteText, type Statement } from '../gate/statement.ts'
import { type PostfixCast, postfixCasts } from './casts.ts'

/** A statement as Trino is sent it. */
export interface SentText {
  readonly text: string
  /** The place in the statement of one in the text. */
  placeOf(at: number): number | undefined
}

/**
 * The tokens of a statement, without comments and with all strings in plain quotes: so that Trino, which nests no comments and
 * knows neither `E'…'` nor `$$…$$`, reads the same tokens as the gate. `x::int` is a CAST. Parameters become what `literals` has for them.
 */
export function sentText(statement: Statement, literals: (index: number, at: number) => string): SentText {
  const places: { readonly sent: number; readonly written: number }[] = []
  const casts = postfixCasts(statement)
  let text = ''
  let end = 0
  for (const [at, token] of statement.tokens.entries()) {
    const cast = casts.find((one) => at >= one.at && at <= one.end)
    if (token.start > end || cast?.at === at) text += ' '
    end = token.end
    const opened = casts.filter(({ operand, type }) => operand === at && type !== undefined).length
    if (!cast) text += 'CAST('.repeat(opened)
    places.push({ sent: text.length, written: token.start })
    if (cast) text += castPart(cast, at)
    else if (token.kind === 'string') text += quoteText(token.value)
    else if (token.kind === 'parameter') text += ` ${literals(Number(token.value) - 1, at)} `
    else text += statement.text.slice(token.start, token.end)
  }
  return {
    text,
    placeOf: (at) => places.findLast(({ sent }) => sent <= at)?.written,
  }
}

/** What stands in the place of a token of `::type`. */
function castPart({ at: start, end, type }: PostfixCast, at: number): string {
  if (type === undefined) return ''
  const words = at === start ? 'AS ' : at === start + 1 ? type : ''
  return at === end ? `${words})` : words
}
