import { type Statement, statementOf, wordsAt } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'

/** DECLARE name … CURSOR … FOR query. */
export function parseDeclare({ tokens, text, offset }: Statement): {
  readonly name: string
  readonly query: Statement
  readonly isHeld: boolean
  readonly isBinary: boolean
} {
  const name = tokens[1]?.value
  const at = tokens.findIndex((_, i) => wordsAt(tokens, i, 'for'))
  const start = tokens[at + 1]?.start
  if (!name || at < 0 || start === undefined || !tokens.some((_, i) => i < at && wordsAt(tokens, i, 'cursor')))
    throw sqlError('WEIR-6002', 'DECLARE wants a name and a query: DECLARE c CURSOR FOR SELECT …', {
      sqlstate: '42601',
    })
  const says = (...words: string[]) => tokens.some((_, i) => i < at && wordsAt(tokens, i, ...words))
  const query = statementOf(text.slice(start), offset + start)
  return { name, query, isHeld: says('with', 'hold'), isBinary: says('binary') }
}

/** FETCH (or MOVE) [FORWARD] [n | ALL | NEXT] [FROM | IN] name: only forward. 0 rows mean all. */
export function parseFetch({ tokens }: Statement): { readonly name: string; readonly rowsMax: number } {
  const words = tokens.slice(1).map(({ value }) => value)
  const verb = tokens[0]!.value.toUpperCase()
  const name = words.at(-1)
  if (!name) throw sqlError('WEIR-6002', `${verb} wants a cursor`, { sqlstate: '42601' })
  let rowsMax = 1
  for (const word of words.slice(0, -1)) {
    if (/^[1-9]\d*$/.test(word)) rowsMax = Number(word)
    else if (word === 'all') rowsMax = 0
    else if (!['forward', 'next', 'from', 'in'].includes(word))
      throw sqlError('WEIR-6001', `${verb} ${word.toUpperCase()} is not served: cursors read forward`, {
        sqlstate: '55000',
      })
  }
  return { name, rowsMax }
}
