import type { Analysis, Analyzer } from '../gate/analyze.ts'
import { isRepeatable } from '../gate/repeatable.ts'
import { quoteName, statementOf } from '../gate/statement.ts'
import type { TableReference } from '../gate/parse-tree.ts'
import type { TableName, TableRelation, ViewRelation } from '../engine-host.ts'
import { momentSchema, type MomentClause } from '../moment/lift-moments.ts'
import type { ReadRelation } from '../snapshot/table-plan.ts'
import { viewTarget } from '../snapshot/view-target.ts'
import { mustBeFound } from '../reserved-names.ts'
import { sqlError } from '../sql-error.ts'
import { mustBeReadable, mustRead, mustTellColumnsApart } from './relation-rights.ts'
import type { Relation, RelationIndex } from './relation-index.ts'

/** What a statement reads: its tables, and the views between, those that others stand on first. */
export interface BoundRelations {
  /** Version of the relations that these are of. */
  readonly version: number
  readonly tables: readonly ReadRelation[]
  /** What the statement's clauses of moments name, one for each. */
  readonly dated: readonly TableRelation[]
  /** Which snapshots those were found to be; empty when there are none. */
  readonly datedAs: string
  readonly views: readonly BoundView[]
  /** Whether all views mean the same each time. */
  readonly isRepeatable: boolean
}

/** A view as a statement reads it. In a restricted session it stands twice: with what it reads as the owner's, and over that. */
export type BoundView = ViewRelation & { readonly stands?: 'as owner' | 'over owner' }

export interface BindContext {
  readonly relations: RelationIndex
  readonly searchPath: readonly string[]
  readonly analyzer: Analyzer
  /** Schemas of Weir's own tables (pg_catalog's stand-ins), which need no binding. */
  readonly ownSchemas: ReadonlySet<string>
  /** Where the statement reads tables as they were. */
  readonly clauses: readonly MomentClause[]
  /** Names of Weir's own that the statement was given; all of them are bound, read or not. */
  readonly given?: readonly ReadRelation[]
}

const viewDepthMax = 32

/**
 * Finds the relations of a query through its views. WEIR-6003 (42P01) for a name that is none, WEIR-7015 (42501) for one that the session
 * may not read. Views are read with the rights of the project, as PostgreSQL reads them with those of their owner.
 */
export async function bindRelations(analysis: Analysis, context: BindContext): Promise<BoundRelations> {
  const tables = new Map<string, ReadRelation>()
  const views = new Map<string, BoundView>()
  const { isRestricted } = context.relations

  const visit = async ({ parts }: Analysis, path: readonly string[], depth: number): Promise<void> => {
    const asOwner = depth > 0 && isRestricted
    for (const reference of parts.tables) {
      if (depth === 0 && (isDated(reference, context.clauses) || isGiven(reference, context))) continue
      const relation = findRelation(reference, parts.withNames, path, context)
      if (!relation) continue
      const hidden = depth > 0 && isRestricted ? 'hidden' : undefined
      mustBeFound(relation, depth === 0 ? reference.position : undefined)
      if (depth === 0) mustRead(relation, reference.position)
      else if (relation.kind === 'table') mustBeReadable(relation, undefined, hidden)
      if (relation.kind === 'table')
        mustTellColumnsApart(relation, depth === 0 ? reference.position : undefined, hidden)
      if (relation.kind === 'view') await visitView(relation, depth)
      else if (asOwner) tables.set(keyOf(relation, 'owner'), ownerTable(relation))
      else tables.set(keyOf(relation), relation)
      if (asOwner && !reference.schema && !isIn(relation, path[0]!)) {
        // In DuckDB a name in a view is one of its schema: there it stands for the one in public.
        const alias = { schema: path[0]!, name: reference.name, sql: `SELECT * FROM ${printName(relation)}` }
        views.set(keyOf(alias, 'owner'), { ...alias, stands: 'as owner' })
      }
    }
  }
  const visitView = async (view: Extract<Relation, { kind: 'view' }>, depth: number): Promise<void> => {
    if (depth >= viewDepthMax)
      throw sqlError(
        'WEIR-6002',
        `view ${view.schema}.${view.name} refers to itself, or more than ${viewDepthMax} views deep`,
        {
          sqlstate: '42P17',
        },
      )
    const key = keyOf(view, isRestricted ? 'owner' : undefined)
    if (!views.has(key)) {
      await visit(await context.analyzer.analyze(viewTarget(view)), viewPath(view.schema), depth + 1)
      views.set(key, isRestricted ? { ...view, stands: 'as owner' } : view)
    }
    if (isRestricted && depth === 0) views.set(keyOf(view), { ...view, stands: 'over owner' })
  }
  const dated = context.clauses.map((clause) => datedTable(clause, analysis, context))
  await visit(analysis, context.searchPath, 0)
  const targets = [...views.values()].map((view) => statementOf(viewTarget(view)))
  return {
    version: context.relations.version,
    tables: [...tables.values(), ...(context.given ?? [])],
    dated,
    datedAs: '',
    views: [...views.values()],
    isRepeatable: targets.every(isRepeatable),
  }
}

const keyOf = ({ schema, name }: TableName, owner?: 'owner'): string =>
  `${owner ?? ''}\0${schema.toLowerCase()}\0${name.toLowerCase()}`

const isIn = ({ schema }: TableName, other: string): boolean => schema.toLowerCase() === other.toLowerCase()

const printName = ({ schema, name }: TableName): string => `${quoteName(schema)}.${quoteName(name)}`

function ownerTable(table: TableRelation): ReadRelation {
  const { rights: _, ...open } = table
  return { ...open, asOwner: true }
}

/** A name of ours, put in for a clause of this statement. */
function isDated({ catalog, schema, name }: TableReference, clauses: readonly MomentClause[]): boolean {
  return !catalog && schema === momentSchema && clauses[Number(name) - 1] !== undefined
}

function isGiven({ catalog, schema, name }: TableReference, { given = [] }: BindContext): boolean {
  return !catalog && given.some((one) => one.schema === schema && one.name === name)
}

/** The table of a clause. WEIR-6001 for a view or a name of WITH, which have no history of their own. */
function datedTable({ table, position }: MomentClause, { parts }: Analysis, context: BindContext): TableRelation {
  const relation = findRelation({ ...table, position }, parts.withNames, context.searchPath, context)
  if (relation) mustRead(relation, position)
  if (relation?.kind === 'table') return relation
  throw sqlError('WEIR-6001', `"${table.name}" has no snapshots: only tables are read as they were`, {
    sqlstate: '0A000',
    position,
    ...(relation ? { hint: `${table.name} is a view: write its query, with the moment at its tables.` } : {}),
  })
}

/** Names inside a view are looked up in its own schema first, whatever the session's search path. */
export const viewPath = (schema: string): readonly string[] => (schema === 'public' ? ['public'] : [schema, 'public'])

function findRelation(
  reference: TableReference,
  withNames: ReadonlySet<string>,
  path: readonly string[],
  { relations, ownSchemas }: BindContext,
): Relation | undefined {
  const { catalog, schema, name, position } = reference
  if (!catalog && ownSchemas.has(schema)) return undefined
  const relation = catalog ? undefined : relations.find(schema, name, path)
  if (relation) return relation
  // WITH may define a name where this is not its scope: what DuckDB would find by itself, a file or a table of its own, is
  // never let through.
  if (
    !catalog &&
    !schema &&
    withNames.has(name.toLowerCase()) &&
    !/^(duckdb_|pragma_|sqlite_|pg_)/i.test(name) &&
    /^[\p{L}_][\p{L}\p{N}_$ -]*$/u.test(name)
  )
    return undefined
  const shown = [catalog, schema, name].filter(Boolean).join('.')
  const nearest = relations.nearest(schema, name)
  const file = /[./\\:*]/.test(name) || /\.(parquet|csv|tsv|json|ndjson|jsonl)$/i.test(shown)
  const hint = file
    ? 'Files cannot be queried; bring them in through a stream and a delivery.'
    : nearest && `Did you mean ${nearest}?`
  throw sqlError('WEIR-6003', `relation "${shown}" does not exist`, {
    sqlstate: '42P01',
    ...(position === undefined ? {} : { position }),
    ...(hint ? { hint } : {}),
  })
}
