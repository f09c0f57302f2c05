import { isSymbol, operandStart } from '../catalog/token-editor.ts'
import { type Statement, wordsAt } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'

/** A postfix cast, `x::int`, which Trino writes as `CAST(x AS integer)`; places are those of tokens. */
export interface PostfixCast {
  readonly operand: number
  readonly at: number
  /** The last token of the type. */
  readonly end: number
  /** Trino's name of it; undefined: the operand has it already. */
  readonly type: string | undefined
}

/** Trino's names of PostgreSQL's types; others have the same. */
const names: Readonly<Record<string, string>> = {
  text: 'varchar',
  bpchar: 'varchar',
  name: 'varchar',
  'character varying': 'varchar',
  character: 'char',
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double',
  float: 'double',
  'double precision': 'double',
  bool: 'boolean',
  bytea: 'varbinary',
  jsonb: 'json',
  numeric: 'decimal',
  timestamp: 'timestamp(6)',
  'timestamp without time zone': 'timestamp(6)',
  timestamptz: 'timestamp(6) with time zone',
  'timestamp with time zone': 'timestamp(6) with time zone',
  time: 'time(6)',
}

const phrases = [
  ['timestamp', 'with', 'time', 'zone'],
  ['timestamp', 'without', 'time', 'zone'],
  ['double', 'precision'],
  ['character', 'varying'],
]

/** SQLSTATE 0A000 for numeric without digits, which in Trino has none after the point. */
export function postfixCasts(statement: Statement): readonly PostfixCast[] {
  const { tokens } = statement
  return tokens.flatMap((_, at) => {
    if (!isSymbol(tokens, at, '::')) return []
    const phrase = phrases.find((words) => wordsAt(tokens, at + 1, ...words))
    const word = phrase?.join(' ') ?? tokens[at + 1]?.value ?? ''
    let end = at + (phrase?.length ?? 1)
    let type = names[word] ?? word
    if (isSymbol(tokens, end + 1, '(')) {
      const close = tokens.findIndex((token, i) => i > end && token.value === ')')
      type = `${type.replace(/\(.*?\)/, '')}${textOf(statement, end + 1, close)}`
      end = close
    } else if (type === 'decimal' && tokens[at - 1]?.kind !== 'parameter') throw withoutDigits(tokens[at + 1]!.start)
    for (; isSymbol(tokens, end + 1, '[') && isSymbol(tokens, end + 2, ']'); end += 2) type = `array(${type})`
    const isDecimal = type === 'decimal'
    return [{ operand: operandStart(tokens, at), at, end, type: isDecimal ? undefined : type }]
  })
}

const textOf = ({ text, tokens }: Statement, from: number, to: number): string =>
  text.slice(tokens[from]!.start, tokens[to]?.end)

function withoutDigits(start: number): Error {
  return sqlError('WEIR-6001', 'numeric without digits has none after the point in Trino', {
    sqlstate: '0A000',
    position: start + 1,
    hint: 'Write them: numeric(38, 10).',
  })
}
