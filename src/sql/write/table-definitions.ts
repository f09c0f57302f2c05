import { parseMetadata, tableSchema } from '../../lake/metadata/read.ts'
import { sourceColumns } from '../../record/delivery-state.ts'
import type { ColumnChange, ColumnRelation, NewColumnRequest, TableName, TableRelation } from '../engine-host.ts'
import { type Statement, statementOf } from '../gate/statement.ts'
import { mustBeFindableSchema, mustBeFindableTable } from '../reserved-names.ts'
import { sqlError } from '../sql-error.ts'
import type { Parameter } from '../wire/query-service.ts'
import type { WriteAnswer } from '../wire/write-service.ts'
import { namesInSelect } from './bind/names-in-select.ts'
import { columnText } from './bind/compose-context.ts'
import { findColumns, findTarget } from './bind/find-target.ts'
import { resultColumnType } from './bind/result-column-type.ts'
import { refuseOurNames } from './bind/write-names.ts'
import type { AlterAction, DefinitionStatement } from './grammar/definition-statement.ts'
import { columnDefault } from './column-default.ts'
import { parseDefinition } from './grammar/parse-definition.ts'
import type { Fragment, WrittenName } from './grammar/token-reader.ts'
import { encodeChange } from './run/committed-change.ts'
import { explainedWrite, runOurs } from './run/run-ours.ts'
import { rowsIn, writeDataFiles } from './run/write-files.ts'
import { describeComposed } from './types-of.ts'
import type { WriteParts } from './write-parts.ts'

type Of<Kind> = Extract<DefinitionStatement, { readonly kind: Kind }>

/** CREATE, ALTER and DROP TABLE of one session: each its own commit, outside of transactions. */
export function tableDefinitions(
  parts: WriteParts,
): (statement: Statement, parameters: readonly Parameter[]) => Promise<WriteAnswer> {
  return async (statement, parameters) => {
    refuseOurNames(statement)
    const parsed = parseDefinition(statement)
    const { host } = parts.services
    switch (parsed.kind) {
      case 'create table':
        return createTable(parts, parsed, parameters)
      case 'drop table':
        return dropTables(parts, parsed)
      case 'alter table':
        return alterTable(parts, parsed)
      default:
        if (parsed.kind === 'create schema') mustBeFindableSchema(parsed.schema)
        await host.define({ define: parsed.kind, schema: parsed.schema, lenient: parsed.lenient })
        return { tag: parsed.kind.toUpperCase() }
    }
  }
}

async function createTable(
  parts: WriteParts,
  parsed: Of<'create table'>,
  parameters: readonly Parameter[],
): Promise<WriteAnswer> {
  const { services, settings } = parts
  const named = newName(parsed.table, settings.searchPath)
  const relations = await services.relations.current()
  if (relations.find(named.schema, named.name, [])) {
    const message = `relation "${named.name}" already exists`
    if (parsed.ifNotExists) return { tag: 'CREATE TABLE', notice: `${message}, skipping` }
    throw sqlError('WEIR-4003', message, { sqlstate: '42P07', position: parsed.table.position })
  }
  if (parsed.query) return createFromQuery(parts, parsed, named, parameters)
  const written = parsed.columns ?? []
  checkedColumns(written.map(({ column }) => column))
  const columns: NewColumnRequest[] = []
  for (const { column, value } of written) columns.push(await withDefault(parts, column, value))
  const { partitionBy, format } = parsed
  await services.host.define({ define: 'create', ...named, columns, partitionBy, format })
  return { tag: 'CREATE TABLE' }
}

async function withDefault(
  parts: WriteParts,
  column: ColumnRelation,
  value: Fragment | undefined,
): Promise<NewColumnRequest> {
  const writeDefault = value && (await columnDefault(parts, column, value))
  return writeDefault === undefined ? column : { ...column, writeDefault }
}

function newName({ parts, position }: WrittenName, searchPath: readonly string[]): TableName {
  const [name = '', schema = searchPath[0] ?? 'public', catalog] = parts.toReversed()
  if (catalog === undefined && !/^(pg_|information_schema$)/i.test(schema)) {
    mustBeFindableSchema(schema, position)
    mustBeFindableTable(name, position)
    return { schema, name }
  }
  throw sqlError('WEIR-6004', `permission denied to create "${parts.join('.')}"`, { sqlstate: '42501', position })
}

const isReserved = (name: string): boolean => (sourceColumns as readonly string[]).includes(name)

/** As many as PostgreSQL takes: rows and what describes them are messages, and each version of the metadata has every schema. */
const columnsMax = 1600

function refuseTooMany(columns: number): void {
  if (columns > columnsMax)
    throw sqlError('WEIR-6001', `tables can have at most ${columnsMax} columns, and this would have ${columns}`, {
      sqlstate: '54011',
      hint: 'Keep what belongs together as fields of a struct, or in another table.',
    })
}

/** SQLSTATE 42701 for a name that stands twice, 42939 for one of those that deliveries write. */
function checkedColumns(columns: readonly ColumnRelation[]): readonly ColumnRelation[] {
  refuseTooMany(columns.length)
  const seen = new Set<string>()
  for (const { name } of columns) {
    if (isReserved(name))
      throw sqlError('WEIR-6001', `column name "${name}" is reserved: deliveries write it`, {
        sqlstate: '42939',
        hint: `Give it another name, as in SELECT ${name} AS record${name}; SELECT * leaves it out.`,
      })
    if (seen.has(name.toLowerCase()))
      throw sqlError('WEIR-6002', `column "${name}" specified more than once`, { sqlstate: '42701' })
    seen.add(name.toLowerCase())
  }
  return columns
}

/** Table and rows are one commit. */
async function createFromQuery(
  parts: WriteParts,
  { query, names, partitionBy, format, withData }: Of<'create table'>,
  named: TableName,
  parameters: readonly Parameter[],
): Promise<WriteAnswer> {
  const { services, statements, scratch } = parts
  const { text } = query!
  const declared = parameters.map(({ oid }) => oid)
  const described = await describeComposed(statements, text, [], declared)
  if (names && names.length > described.columns.length)
    throw sqlError('WEIR-6002', 'too many column names were specified', { sqlstate: '42601' })
  const given = described.columns.map(({ name, type }, at) => ({
    name: names?.[at]?.parts[0] ?? name,
    type,
    value: `v${at}`,
  }))
  // What the query does not name comes from `*`: it is left out, as COPY does, for the rows of a new table are of no record.
  const written = namesInSelect(query!)
  const isKept = ({ name }: { readonly name: string }) => !isReserved(name) || written.has(name)
  const kept = given.filter(isKept)
  const left = given.filter((column) => !isKept(column)).map(({ name }) => name)
  const columns = checkedColumns(
    kept.map(({ name, type }) => ({ name, type: resultColumnType(type.duckdb, name), required: false })),
  )
  const target = { ...named, columns }
  const metadata = parseMetadata(
    await services.host.stage({ ...target, partitionBy, format }),
    `${named.schema}.${named.name}`,
  )
  const items = columns.map((column, at) => columnText(`weir_rows.${kept[at]!.value}`, column, target)).join(', ')
  const rows = `SELECT ${items} FROM (\n${text}\n) AS weir_rows(${given.map(({ value }) => value).join(', ')})`
  try {
    const { prepared, spoken, read } = await statements.begin(
      async () => ({ statement: statementOf(rows), ...(withData ? { writesRows: true } : {}) }),
      parameters,
    )
    const lent = await statements.connections.take()
    try {
      const writer = { run: runOurs(lent.connection, statements.interruptible), scratch, metadata }
      const added = withData ? await writeDataFiles(writer, spoken.text) : []
      await read.mustBeSame()
      const change = {
        tableUuid: metadata['table-uuid'],
        schemaId: tableSchema(metadata)['schema-id'] ?? 0,
        operation: 'append' as const,
        added: added.map(({ file }) => file),
      }
      const files = added.map(({ path, file }) => ({ path, location: file.location }))
      await services.host.commit({
        tables: [{ ...named, change: encodeChange({ change, files, created: metadata }), creates: true }],
      })
      return {
        tag: withData ? `SELECT ${rowsIn(added)}` : 'CREATE TABLE AS',
        ...(left.length > 0 ? { notice: leftOut(left) } : {}),
      }
    } catch (error) {
      throw statements.explain(error, prepared.bound)
    } finally {
      statements.connections.give(lent)
      await read.release()
    }
  } catch (error) {
    throw explainedWrite(statements.explain(error))
  } finally {
    await scratch.clear()
  }
}

function leftOut(names: readonly string[]): string {
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} left out: deliveries alone write such columns`
}

async function dropTables(
  { services, settings }: WriteParts,
  { tables, ifExists }: Of<'drop table'>,
): Promise<WriteAnswer> {
  const missing: string[] = []
  for (const table of tables) {
    const relations = await services.relations.current()
    try {
      const { schema, name } = findTarget(
        table,
        relations,
        [...settings.searchPath, 'public'],
        'decided by the supervisor',
      )
      await services.host.define({ define: 'drop', schema, name })
    } catch (error) {
      if (!ifExists || !isMissing(error)) throw error
      missing.push(`table "${table.parts.join('.')}" does not exist, skipping`)
    }
  }
  return { tag: 'DROP TABLE', ...(missing.length ? { notice: missing.join('; ') } : {}) }
}

function isMissing(error: unknown): boolean {
  return (error as { details?: { sqlstate?: string } }).details?.sqlstate === '42P01'
}

async function alterTable(parts: WriteParts, parsed: Of<'alter table'>): Promise<WriteAnswer> {
  const { services, settings } = parts
  const relations = await services.relations.current()
  const tag = 'ALTER TABLE'
  let table
  try {
    table = findTarget(parsed.table, relations, [...settings.searchPath, 'public'], 'decided by the supervisor')
  } catch (error) {
    if (!parsed.ifExists || !isMissing(error)) throw error
    return { tag, notice: `relation "${parsed.table.parts.join('.')}" does not exist, skipping` }
  }
  const { schema, name, columns } = table
  if ('renameTo' in parsed.change) {
    const to = parsed.change.renameTo
    mustBeFindableTable(to)
    if (relations.find(schema, to, []))
      throw sqlError('WEIR-4003', `relation "${to}" already exists`, { sqlstate: '42P07' })
    await services.host.define({ define: 'rename', schema, name, to })
    return { tag }
  }
  const has = (column: string): boolean => columns.some((one) => one.name.toLowerCase() === column.toLowerCase())
  const wanted = parsed.change.columns.filter(({ change, lenient }) => {
    if (!lenient) return true
    return change.change === 'add' ? !has(change.name) : has(change.name)
  })
  for (const { change, position } of wanted)
    if (change.change === 'add' ? has(change.name) : !has(change.name))
      throw wrongColumn(change.change, change.name, name, position)
  const changes: ColumnChange[] = []
  for (const action of wanted) changes.push(await changeOf(parts, action, table))
  const difference = (kind: string): number => changes.filter(({ change }) => change === kind).length
  if (difference('add') > 0) refuseTooMany(columns.length + difference('add') - difference('drop'))
  const { formatVersion } = parsed.change
  if (changes.length > 0 || formatVersion !== undefined)
    await services.host.define({
      define: 'alter',
      schema,
      name,
      changes,
      ...(formatVersion === undefined ? {} : { formatVersion }),
    })
  return { tag }
}

/** The change of the column as the table calls it, its default a value. */
async function changeOf(
  parts: WriteParts,
  { change, value }: AlterAction,
  table: TableRelation,
): Promise<ColumnChange> {
  if (change.change === 'add') {
    const column = { name: change.name, type: change.type, required: false }
    const given = value && (await columnDefault(parts, column, value))
    return given === undefined ? change : { ...change, default: given }
  }
  const [column] = findColumns([{ parts: [change.name], position: 0 }], table)
  const named = { ...change, name: column!.name }
  if (named.change !== 'default' || value === undefined) return named
  return { ...named, default: (await columnDefault(parts, column!, value)) ?? null }
}

function wrongColumn(change: string, column: string, table: string, position: number): Error {
  return change === 'add'
    ? sqlError('WEIR-6002', `column "${column}" of relation "${table}" already exists`, { sqlstate: '42701', position })
    : sqlError('WEIR-6003', `column "${column}" of relation "${table}" does not exist`, { sqlstate: '42703', position })
}
