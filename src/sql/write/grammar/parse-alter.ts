import { sqlError } from '../../sql-error.ts'
import { columnType } from './column-type.ts'
import type { AlterAction, DefinitionStatement } from './definition-statement.ts'
import { type TokenReader, untilOutsideAngles } from './token-reader.ts'

/** After ALTER TABLE. */
export function parseAlter(reader: TokenReader): DefinitionStatement {
  const ifExists = reader.takeWords('if', 'exists')
  reader.takeWords('only')
  const table = reader.qualifiedName()
  const given = { kind: 'alter table' as const, table, ifExists }
  if (reader.takeWords('rename', 'to')) return { ...given, change: { renameTo: reader.name().parts[0]! } }
  const columns = [parseAction(reader)]
  while (reader.takeSymbol(',')) columns.push(parseAction(reader))
  return { ...given, change: { columns } }
}

function parseAction(reader: TokenReader): AlterAction {
  const position = (reader.peek()?.start ?? 0) + 1
  const action = (change: AlterAction['change'], lenient = false): AlterAction => ({ change, lenient, position })
  if (reader.takeWords('rename')) {
    reader.takeWords('column')
    const name = reader.name().parts[0]!
    reader.expectWords('to')
    return action({ change: 'rename', name, to: reader.name().parts[0]! })
  }
  if (reader.takeWords('add')) {
    if (
      !reader.takeWords('column') &&
      ['constraint', 'primary', 'unique', 'check', 'foreign'].some((word) => reader.isWord(word))
    )
      throw refused(`ADD ${reader.peek()!.value.toUpperCase()}`, position)
    const lenient = reader.takeWords('if', 'not', 'exists')
    const name = reader.name().parts[0]!
    const ends = ['not', 'null', 'default', 'primary', 'unique', 'references', 'check', 'generated']
    const type = columnType(
      untilOutsideAngles(reader, (here) => here.isSymbol(',') || ends.some((word) => here.isWord(word))),
    )
    if (!reader.takeWords('null') && !reader.atEnd && !reader.isSymbol(','))
      throw refused(
        `ADD COLUMN … ${reader.peek()!.value.toUpperCase()}`,
        position,
        'Rows that are there have no value for a new column: add it without, and fill it by UPDATE.',
      )
    return action({ change: 'add', name, type }, lenient)
  }
  if (reader.takeWords('drop')) {
    if (!reader.takeWords('column') && reader.isWord('constraint')) throw refused('DROP CONSTRAINT', position)
    const lenient = reader.takeWords('if', 'exists')
    const name = reader.name().parts[0]!
    if (!reader.takeWords('cascade')) reader.takeWords('restrict')
    return action({ change: 'drop', name }, lenient)
  }
  if (reader.takeWords('alter')) return parseColumnAction(reader, action, position)
  throw refused(reader.peek() ? reader.peek()!.value.toUpperCase() : 'nothing', position)
}

function parseColumnAction(
  reader: TokenReader,
  action: (change: AlterAction['change']) => AlterAction,
  position: number,
): AlterAction {
  reader.takeWords('column')
  const name = reader.name().parts[0]!
  if (reader.takeWords('drop', 'not', 'null')) return action({ change: 'optional', name })
  if (reader.isWord('set', 'not', 'null'))
    throw refused(
      'SET NOT NULL',
      position,
      'Iceberg makes no column required that may have nulls: make a new table, and copy the rows.',
    )
  if (reader.isWord('set', 'default') || reader.isWord('drop', 'default')) throw refused('DEFAULT', position)
  reader.takeWords('set', 'data')
  reader.expectWords('type')
  const type = columnType(
    untilOutsideAngles(reader, (here) => here.isSymbol(',') || here.isWord('using') || here.isWord('collate')),
  )
  if (!reader.atEnd && !reader.isSymbol(',')) throw refused(`TYPE … ${reader.peek()!.value.toUpperCase()}`, position)
  return action({ change: 'widen', name, type })
}

function refused(
  what: string,
  position: number,
  hint = 'Columns can be added, dropped, renamed, widened and made optional.',
): Error {
  return sqlError('WEIR-6001', `ALTER TABLE … ${what} is not supported`, { sqlstate: '0A000', position, hint })
}
