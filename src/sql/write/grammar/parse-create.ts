import type { PartitionRequest } from '../../engine-host.ts'
import { sqlError } from '../../sql-error.ts'
import { columnType } from './column-type.ts'
import type { DefinitionStatement, WrittenColumn } from './definition-statement.ts'
import { parseDefault } from './parse-default.ts'
import { parseColumns } from './parse-parts.ts'
import { type Fragment, readTokens, splitFragment, type TokenReader } from './token-reader.ts'

/** After CREATE TABLE. */
export function parseCreateTable(reader: TokenReader): DefinitionStatement {
  const ifNotExists = reader.takeWords('if', 'not', 'exists')
  const table = reader.qualifiedName()
  const group = reader.isSymbol('(') ? reader.group() : undefined
  // Spark has it in front of the partitions, PostgreSQL behind them.
  const early = parseFormat(reader)
  const partitionBy = parsePartitions(reader)
  const format = early ?? parseFormat(reader) ?? 'iceberg'
  if (reader.takeWords('as')) {
    const query = reader.until((here) => here.isWord('with', 'data') || here.isWord('with', 'no', 'data'))
    const withData = !reader.takeWords('with', 'no', 'data')
    reader.takeWords('with', 'data')
    const names = group && parseColumns(group)
    return { kind: 'create table', table, ifNotExists, columns: undefined, names, partitionBy, format, query, withData }
  }
  if (!group) return reader.fail()
  const columns = splitFragment(group, 'are brackets').map(parseColumn)
  return {
    kind: 'create table',
    table,
    ifNotExists,
    columns,
    names: undefined,
    partitionBy,
    format,
    query: undefined,
    withData: false,
  }
}

const endsType = 'not null default primary unique references check collate constraint generated'.split(' ')

function parseColumn(fragment: Fragment): WrittenColumn {
  const reader = readTokens({ ...fragment, offset: 0 })
  if (
    ['primary', 'unique', 'foreign', 'check', 'constraint', 'exclude', 'like'].some((word) => reader.isWord(word)) &&
    reader.peek(1)?.kind !== 'quoted'
  )
    throw refused(reader.peek()!.value, fragment.position)
  const name = reader.name().parts[0]!
  const type = columnType(reader.until((here) => endsType.some((word) => here.isWord(word))))
  let required = false
  let value: Fragment | undefined
  while (!reader.atEnd) {
    if (reader.takeWords('not', 'null')) required = true
    else if (reader.isWord('default') && value === undefined) value = parseColumnDefault(reader, fragment.position)
    else if (!reader.takeWords('null')) throw refused(reader.peek()!.value, fragment.position)
  }
  return { column: { name, type, required }, value }
}

function parseColumnDefault(reader: TokenReader, columnPosition: number): Fragment {
  reader.expectWords('default')
  return parseDefault(reader, (here) => endsType.some((word) => here.isWord(word)), columnPosition)
}

function refused(word: string, position: number): Error {
  return sqlError('WEIR-6001', `${word.toUpperCase()} is not supported in CREATE TABLE`, {
    sqlstate: '0A000',
    position,
    hint: 'Columns have a name, a type, NOT NULL and DEFAULT; there are no keys and checks.',
  })
}

/** `USING delta`: what other engines read the table as. */
function parseFormat(reader: TokenReader): 'iceberg' | 'delta' | undefined {
  if (!reader.takeWords('using')) return undefined
  const position = (reader.peek()?.start ?? 0) + 1
  const format = reader.name().parts[0]!.toLowerCase()
  if (format === 'iceberg' || format === 'delta') return format
  throw sqlError('WEIR-6001', `there are no tables of the format "${format}"`, {
    sqlstate: '0A000',
    position,
    hint: 'USING iceberg, which is what tables are without it, or USING delta.',
  })
}

/** `PARTITIONED BY (day(at), bucket(16, id), country)`, by Iceberg's transforms. */
function parsePartitions(reader: TokenReader): readonly PartitionRequest[] {
  if (!reader.takeWords('partitioned', 'by') && !reader.takeWords('partition', 'by')) return []
  if (!reader.isSymbol('('))
    throw sqlError('WEIR-6001', 'tables are not partitioned by RANGE, LIST or HASH', {
      sqlstate: '0A000',
      position: (reader.peek()?.start ?? 0) + 1,
      hint: 'Name columns or transforms of them: PARTITION BY (day(at), bucket(16, id), country).',
    })
  return splitFragment(reader.group()).map(parsePartition)
}

function parsePartition(fragment: Fragment): PartitionRequest {
  const reader = readTokens({ ...fragment, offset: 0 })
  const first = reader.name().parts[0]!
  if (reader.atEnd) return { column: first, transform: 'identity' }
  const [one, two] = splitFragment(reader.group())
  reader.end()
  const nameOf = (part: Fragment | undefined): string => readTokens({ ...part!, offset: 0 }).name().parts[0]!
  const transform = first.toLowerCase().replace(/s$/, '')
  if (!two) return { column: nameOf(one), transform }
  const isNumberFirst = one!.tokens[0]!.kind === 'number'
  const width = (isNumberFirst ? one! : two).tokens[0]!.value
  return { column: nameOf(isNumberFirst ? two : one), transform: `${transform}[${width}]` }
}
