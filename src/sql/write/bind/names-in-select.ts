import { type Fragment, readTokens } from '../grammar/token-reader.ts'

/** What the list of a query's SELECT names, in lower case: other columns of its result come from `*`. */
export function namesInSelect(query: Fragment): ReadonlySet<string> {
  const reader = readTokens({ ...query, offset: 0 })
  if (!reader.isWord('select')) reader.until((here) => here.isWord('select'))
  if (!reader.takeWords('select')) return new Set()
  const { tokens } = reader.until((here) => here.isWord('from'))
  return new Set(tokens.map(({ value }) => value.toLowerCase()))
}
