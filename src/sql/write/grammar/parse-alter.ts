import { sqlError } from '../../sql-error.ts'
import { columnType } from './column-type.ts'
import type { AlterAction, DefinitionStatement } from './definition-statement.ts'
import { isNullConstant, parseDefault } from './parse-default.ts'
import { type Fragment, type TokenReader, untilOutsideAngles } from './token-reader.ts'

/** After ALTER TABLE. */
export function parseAlter(reader: TokenReader): DefinitionStatement {
  const ifExists = reader.takeWords('if', 'exists')
  reader.takeWords('only')
  const table = reader.qualifiedName()
  const given = { kind: 'alter table' as const, table, ifExists }
  if (reader.takeWords('rename', 'to')) return { ...given, change: { renameTo: reader.name().parts[0]! } }
  const columns: AlterAction[] = []
  let formatVersion: number | undefined
  do {
    if (reader.isWord('set') && reader.peek(1)?.value === '(') formatVersion = parseSettings(reader)
    else columns.push(parseAction(reader))
  } while (reader.takeSymbol(','))
  return { ...given, change: { columns, formatVersion } }
}

/** `SET (format_version = 3)`, as PostgreSQL writes settings of a table: the one that there is. */
function parseSettings(reader: TokenReader): number {
  reader.expectWords('set')
  const position = (reader.peek()?.start ?? 0) + 1
  const group = reader.group()
  const [name, equals, version, ...more] = group.tokens
  const isVersion = name?.value === 'format_version' && equals?.value === '=' && more.length === 0
  if (isVersion && version?.value === '3') return 3
  throw refused(
    `SET (${group.text})`,
    position,
    'The one setting is format_version = 3, Iceberg’s version of the table.',
  )
}

function parseAction(reader: TokenReader): AlterAction {
  const position = (reader.peek()?.start ?? 0) + 1
  const action = (change: AlterAction['change'], lenient = false, value?: Fragment): AlterAction => {
    return { change, lenient, position, value }
  }
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
    const { required, value } = parseConstraints(reader, ends, position)
    return action({ change: 'add', name, type, ...(required ? { required } : {}) }, lenient, value)
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

function parseConstraints(reader: TokenReader, ends: readonly string[], position: number) {
  let required = false
  let value: Fragment | undefined
  while (!reader.atEnd && !reader.isSymbol(',')) {
    if (reader.takeWords('not', 'null')) required = true
    else if (value === undefined && reader.takeWords('default'))
      value = parseDefault(reader, (here) => here.isSymbol(',') || ends.some((word) => here.isWord(word)))
    else if (!reader.takeWords('null')) throw refused(`ADD COLUMN … ${reader.peek()!.value.toUpperCase()}`, position)
  }
  if (required && (value === undefined || isNullConstant(value)))
    throw refused(
      'ADD COLUMN … NOT',
      position,
      'Rows that are there have no value for a new column: give it a DEFAULT, or add it without NOT NULL, and fill it by UPDATE.',
    )
  return { required, value }
}

function parseColumnAction(
  reader: TokenReader,
  action: (change: AlterAction['change'], lenient?: boolean, value?: Fragment) => AlterAction,
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
  const noDefault = { change: 'default', name, default: null } as const
  if (reader.takeWords('drop', 'default')) return action(noDefault)
  if (reader.takeWords('set', 'default'))
    return action(
      noDefault,
      false,
      parseDefault(reader, (here) => here.isSymbol(',')),
    )
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
  hint = 'Columns can be added, dropped, renamed, widened, made optional and given a default.',
): Error {
  return sqlError('WEIR-6001', `ALTER TABLE … ${what} is not supported`, { sqlstate: '0A000', position, hint })
}
