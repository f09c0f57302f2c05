import type { Statement } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import { parseAlter } from './parse-alter.ts'
import { parseCreateTable } from './parse-create.ts'
import type { DefinitionStatement } from './definition-statement.ts'
import { readTokens, type TokenReader } from './token-reader.ts'

/** CREATE, ALTER and DROP of tables and schemas. SQLSTATE 42601, or 0A000 for what is not served. */
export function parseDefinition(statement: Statement): DefinitionStatement {
  const reader = readTokens(statement)
  const parsed = parseVerb(reader)
  reader.end()
  return parsed
}

function parseVerb(reader: TokenReader): DefinitionStatement {
  if (reader.takeWords('create', 'schema')) return schemaOf(reader, 'create schema', ['if', 'not', 'exists'])
  if (reader.takeWords('drop', 'schema')) return schemaOf(reader, 'drop schema', ['if', 'exists'])
  if (reader.takeWords('create', 'table')) return parseCreateTable(reader)
  if (reader.takeWords('alter', 'table')) return parseAlter(reader)
  if (reader.takeWords('drop', 'table')) return parseDrop(reader)
  const verb = reader.peek()!.value.toUpperCase()
  const what = reader.peek(1)?.value.toUpperCase() ?? ''
  throw sqlError('WEIR-6001', `${verb} ${what} is not allowed here`.replace('  ', ' '), {
    sqlstate: '0A000',
    position: reader.peek()!.start + 1,
    hint: 'CREATE, ALTER and DROP are for tables and schemas; views and users are declared in weir.config.ts.',
  })
}

function schemaOf(
  reader: TokenReader,
  kind: 'create schema' | 'drop schema',
  lenientBy: readonly string[],
): DefinitionStatement {
  const lenient = reader.takeWords(...lenientBy)
  const schema = reader.name().parts[0]!
  if (kind === 'drop schema') reader.takeWords('restrict')
  return { kind, schema, lenient }
}

function parseDrop(reader: TokenReader): DefinitionStatement {
  const ifExists = reader.takeWords('if', 'exists')
  const tables = [reader.qualifiedName()]
  while (reader.takeSymbol(',')) tables.push(reader.qualifiedName())
  if (!reader.takeWords('cascade')) reader.takeWords('restrict')
  return { kind: 'drop table', tables, ifExists }
}
