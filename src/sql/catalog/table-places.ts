import type { Token } from '../gate/tokenizer.ts'
import { isSymbol } from './token-editor.ts'

const fromWords = new Set(['from', 'join', 'only', 'lateral'])
const endsFrom = new Set('where on group order having limit union except intersect select using window'.split(' '))

/** For each token, whether a table's name may begin there: after FROM, JOIN or a comma of FROM. */
export function tablePlaces(tokens: readonly Token[]): readonly boolean[] {
  const outer: boolean[] = []
  let inFrom = false
  return tokens.map((token, at) => {
    const place = inFrom && begins(tokens, at)
    if (isSymbol(tokens, at, '(')) {
      outer.push(inFrom)
      // A group within FROM holds tables unless it is a call; a subquery in it finds its own FROM.
      inFrom &&= begins(tokens, at)
    } else if (isSymbol(tokens, at, ')')) inFrom = outer.pop() ?? false
    else if (token.kind === 'word' && fromWords.has(token.value)) inFrom = true
    else if (token.kind === 'word' && endsFrom.has(token.value)) inFrom = false
    return place
  })
}

function begins(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]
  if (before?.kind === 'word') return fromWords.has(before.value)
  return isSymbol(tokens, at - 1, ',') || isSymbol(tokens, at - 1, '(')
}
