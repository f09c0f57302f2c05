import { sqlError } from '../../sql-error.ts'
import { parseAssignments, parseColumns, startsClause } from './parse-parts.ts'
import type { TokenReader } from './token-reader.ts'
import type { ConflictClause } from './write-statement.ts'

/** At ON CONFLICT, up to RETURNING. */
export function parseConflict(reader: TokenReader): ConflictClause {
  const position = reader.peek()!.start + 1
  reader.expectWords('on', 'conflict')
  const on = parseTarget(reader)
  reader.expectWords('do')
  if (reader.takeWords('nothing')) return { position, on, action: { kind: 'nothing' } }
  reader.expectWords('update', 'set')
  if (on === undefined)
    throw sqlError('WEIR-6002', 'ON CONFLICT DO UPDATE requires inference specification or constraint name', {
      sqlstate: '42601',
      position,
      hint: 'For example, ON CONFLICT (column_name).',
    })
  const assignments = parseAssignments(reader, (here) => startsClause(here, 'where', 'returning'))
  const where = reader.takeWords('where') ? reader.until((here) => startsClause(here, 'returning')) : undefined
  return { position, on, action: { kind: 'update', assignments, where } }
}

function parseTarget(reader: TokenReader): ConflictClause['on'] {
  if (reader.takeWords('on', 'constraint')) return { constraint: reader.name().parts[0]! }
  if (!reader.isSymbol('(')) return undefined
  const columns = parseColumns(reader.group())
  if (reader.isWord('where'))
    throw sqlError('WEIR-6001', 'a condition of ON CONFLICT is not supported: a key holds for all rows', {
      sqlstate: '0A000',
      position: reader.peek()!.start + 1,
      hint: 'Leave it out.',
    })
  return { columns }
}
