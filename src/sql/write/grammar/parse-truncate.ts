import type { Statement } from '../../gate/statement.ts'
import { readTokens, type WrittenName } from './token-reader.ts'

/** `TRUNCATE [TABLE] [ONLY] a, b [RESTART IDENTITY] [RESTRICT]`: there are no identities to restart and no references to follow. */
export function parseTruncate(statement: Statement): readonly WrittenName[] {
  const reader = readTokens(statement)
  reader.expectWords('truncate')
  reader.takeWords('table')
  const names: WrittenName[] = []
  do {
    reader.takeWords('only')
    names.push(reader.qualifiedName())
    reader.takeSymbol('*')
  } while (reader.takeSymbol(','))
  if (!reader.takeWords('restart', 'identity')) reader.takeWords('continue', 'identity')
  if (!reader.takeWords('cascade')) reader.takeWords('restrict')
  reader.end()
  return names
}
