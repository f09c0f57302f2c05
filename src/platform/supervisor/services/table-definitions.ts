import { asWeirError, WeirError } from '../../../kernel/errors/weir-error.ts'
import { parseJson, stringifyJson } from '../../../lake/json.ts'
import type { PreparedCommit } from '../../../lake/commit/prepared-commit.ts'
import type { NewTable } from '../../../lake/client/catalog-client.ts'
import type { SchemaChange } from '../../../lake/metadata/evolve-schema.ts'
import { prepareSchemaEvolution } from '../../../lake/metadata/prepare-schema-change.ts'
import type { TableMetadata } from '../../../lake/metadata/table-metadata.ts'
import { schemaOf, type ColumnDeclaration } from '../../../lake/types/schema.ts'
import type { ColumnChange, EngineHost, NewTableRequest, TableDefinition, TableName } from '../../../sql/engine-host.ts'
import { sqlError } from '../../../sql/sql-error.ts'
import type { ControlPlane } from '../../control/control-plane.ts'
import type { TableSpec } from '../../kinds/table/schema.ts'
import type { Services } from './create-services.ts'
import { foreignDelta, formatProperties, partitionOf } from './table-service.ts'

type Catalog = Pick<Services, 'catalog' | 'tables' | 'catalogIsOwn'>

const attemptsMax = 8

/** What SQL changes of the catalog's tables, for those that the project does not declare: all else is changed in weir.config.ts. */
export function tableDefinitions(
  { catalog, tables, catalogIsOwn: isOwn }: Catalog,
  control: Pick<ControlPlane, 'list' | 'record'>,
): Pick<EngineHost, 'define' | 'stage'> {
  const isDeclared = async ({ schema, name }: TableName): Promise<boolean> => {
    const { items } = await control.list({ kind: 'table', prefix: name, limit: 1000 })
    return items.some((one) => one.name === name && (one.spec as TableSpec).namespace === schema)
  }
  const mustBeFree = async (table: TableName, remedy: string): Promise<void> => {
    if (!(await isDeclared(table))) return
    throw sqlError('WEIR-6001', `the project declares the table ${table.schema}.${table.name}: ${remedy}`, {
      sqlstate: '0A000',
      hint: `In weir.config.ts: ${remedy}.`,
    })
  }
  /** It may be away: somebody renamed it by the catalog. To rename it back is the way out; another one in its place would stop its deliveries. */
  const mustNotBeDeclared = async (table: TableName): Promise<void> => {
    if (!(await isDeclared(table))) return
    const name = `${table.schema}.${table.name}`
    throw sqlError('WEIR-6001', `the project declares a table ${name}, which is not there`, {
      sqlstate: '42P07',
      hint: `Give this one another name. If the declared one was renamed, rename it back: ALTER TABLE … RENAME TO ${table.name}.`,
    })
  }
  const change = async (request: TableDefinition): Promise<void> => {
    switch (request.define) {
      case 'create':
        await mustNotBeDeclared(request)
        if (request.schema === 'public') await catalog.ensureNamespace(['public'])
        await catalog.createTable([request.schema], newTable(request, isOwn))
        return
      case 'drop':
        await mustBeFree(request, 'remove it there and run weir apply --allow-destructive')
        if ((await tables.drop({ namespace: request.schema, name: request.name })) === 'absent')
          throw sqlError('WEIR-6003', `table "${request.schema}.${request.name}" does not exist`, { sqlstate: '42P01' })
        return
      case 'rename': {
        await mustBeFree(request, 'declare it under the other name and copy its rows')
        const namespace = [request.schema]
        return catalog.renameTable({ namespace, name: request.name }, { namespace, name: request.to })
      }
      case 'alter':
        await mustBeFree(request, 'change its columns there and run weir apply')
        return alter(catalog, request)
      case 'create schema': {
        const known = await catalog.listNamespaces()
        if (!request.lenient && known.some(([name]) => name === request.schema))
          throw sqlError('WEIR-4003', `schema "${request.schema}" already exists`, { sqlstate: '42P06' })
        return catalog.ensureNamespace([request.schema])
      }
      case 'drop schema':
        return catalog.dropNamespace([request.schema]).catch((error: unknown) => {
          if (!request.lenient || asWeirError(error).code !== 'WEIR-4002') throw error
        })
    }
  }
  return {
    async define({ principal, ...given }) {
      const request = given as TableDefinition
      await change(request).catch(forSql)
      const { define: action, schema } = request
      const name = 'name' in request ? `${schema}.${request.name}` : schema
      await control.record({
        actor: typeof principal === 'string' ? principal.replace(/^\w+:/, 'sql ') : 'sql',
        action,
        kind: 'name' in request ? 'table' : 'schema',
        name,
        detail: request,
      })
      return null
    },
    async stage(request) {
      await mustNotBeDeclared(request)
      if (request.schema === 'public') await catalog.ensureNamespace(['public'])
      const staged = await catalog.stageTable([request.schema], newTable(request, isOwn)).catch(forSql)
      return stringifyJson(staged)
    },
  }
}

function newTable({ name, columns, partitionBy, format }: NewTableRequest, isOwn: boolean): NewTable {
  if (format === 'delta' && !isOwn) throw foreignDelta(name)
  const declared = columns.map(({ writeDefault, ...column }) => ({ ...column, writeDefault: valueOf(writeDefault) }))
  const withDefault = declared.find(({ writeDefault }) => writeDefault !== undefined)
  if (withDefault && format === 'delta')
    throw sqlError('WEIR-6001', `column ${withDefault.name} has a DEFAULT, which a Delta table does not keep`, {
      sqlstate: '0A000',
      hint: 'Leave the default out, or make an Iceberg table: without USING delta.',
    })
  const schema = schemaOf(declared)
  const properties = { ...formatProperties(format), ...(withDefault ? { 'format-version': defaultsVersion } : {}) }
  return { name, schema, partition: partitionOf({ name, partitionBy }, schema), properties }
}

/** Of the format: the first that has defaults. */
const defaultsVersion = '3'

const valueOf = (json: string | null | undefined): unknown => (json == null ? undefined : parseJson(json))

async function alter(
  catalog: Catalog['catalog'],
  { schema, name, changes, formatVersion }: Extract<TableDefinition, { readonly define: 'alter' }>,
): Promise<void> {
  const ident = { namespace: [schema], name }
  for (let attempt = 1; ; attempt++) {
    const { metadata } = await catalog.loadTable(ident)
    const version = Math.max(metadata['format-version'], formatVersion ?? 0)
    const answer = await catalog.commitTable(ident, alteration(metadata, changes, version))
    if (answer.outcome === 'committed') return
    if (answer.outcome === 'unknown') {
      const { code, message } = asWeirError(answer.cause)
      throw new WeirError(
        code,
        `whether ${schema}.${name} was altered is not known: ${message}. Look at its columns, and repeat it if not`,
      )
    }
    if (attempt === attemptsMax)
      throw new WeirError('WEIR-4004', `${schema}.${name} was not altered: the catalog did not commit it`)
  }
}

function alteration(metadata: TableMetadata, changes: readonly ColumnChange[], version: number): PreparedCommit {
  const upgraded = { ...metadata, 'format-version': version }
  const { requirements, updates } =
    changes.length === 0
      ? { requirements: [{ type: 'assert-table-uuid' as const, uuid: metadata['table-uuid'] }], updates: [] }
      : prepareSchemaEvolution(upgraded, changes.map(schemaChange))
  const upgrade = { action: 'upgrade-format-version' as const, 'format-version': version }
  return { requirements, updates: version > metadata['format-version'] ? [upgrade, ...updates] : updates }
}

function schemaChange(change: ColumnChange): SchemaChange {
  switch (change.change) {
    case 'add':
      return { change: 'add', column: addedColumn(change) }
    case 'default':
      return { change: 'default', column: [change.name], value: valueOf(change.default) }
    case 'rename':
      return { change: 'rename', column: [change.name], name: change.to }
    case 'widen':
      return { change: 'widen', column: [change.name], type: change.type }
    default:
      return { change: change.change, column: [change.name] }
  }
}

function addedColumn(change: Extract<ColumnChange, { readonly change: 'add' }>): ColumnDeclaration {
  const { name, type, required = false } = change
  const value = valueOf(change.default)
  return { name, type, required, initialDefault: value, writeDefault: value }
}

const sqlstates: Readonly<Record<string, string>> = {
  'WEIR-1003': '42703',
  'WEIR-4001': '42P01',
  'WEIR-4002': '3F000',
  'WEIR-4003': '42P07',
  'WEIR-4004': '40001',
  'WEIR-4005': '2BP01',
  'WEIR-4006': '22023',
  'WEIR-4007': '42704',
  'WEIR-4011': '0A000',
  'WEIR-4027': '0A000',
}

function forSql(thrown: unknown): never {
  const error = asWeirError(thrown)
  const sqlstate = sqlstates[error.code]
  if (sqlstate === undefined || error.details['sqlstate'] !== undefined) throw error
  throw sqlError(error.code, error.message, { sqlstate }, thrown)
}
