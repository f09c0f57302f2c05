import { WeirError } from '../../kernel/errors/weir-error.ts'
import { bindRelations, type BoundRelations } from '../bind/binder.ts'
import { parameterCount } from '../bind/parameter-literal.ts'
import type { RelationIndex } from '../bind/relation-index.ts'
import type { ReadRelation } from '../snapshot/table-plan.ts'
import { exactSchema } from '../catalog/exact-numeric.ts'
import { rewriteForDuckdb } from '../catalog/rewrite.ts'
import type { SessionFacts } from '../catalog/rewrite-session.ts'
import type { EngineServices } from '../engine/services.ts'
import type { Analysis } from '../gate/analyze.ts'
import { isRepeatable } from '../gate/repeatable.ts'
import type { Statement } from '../gate/statement.ts'
import { liftMoments, type MomentClause } from '../moment/lift-moments.ts'

/** A statement in DuckDB's words, allowed and with its relations found. */
export interface PreparedStatement {
  readonly statement: Statement
  /** Where it reads tables as they were: `statement` has names of ours there, which stand for `bound.dated`. */
  readonly clauses: readonly MomentClause[]
  /** PostgreSQL's names of its columns, where they are known. */
  readonly names: readonly (string | undefined)[] | undefined
  readonly bound: BoundRelations
  /** Positions in the text are those of what the client wrote. */
  readonly exact: boolean
  /** It speaks of pg_catalog or information_schema. */
  readonly usesCatalog: boolean
  /** Its plan does for the next time. */
  readonly isRepeatable: boolean
}

/** `last seen` is for statements that are resolved next, which says when the relations have changed since. */
export type Freshness = 'last seen' | 'current'

export async function prepareStatement(
  services: EngineServices,
  facts: SessionFacts,
  original: Statement,
  freshness: Freshness,
  given: readonly ReadRelation[] = [],
): Promise<PreparedStatement> {
  const { analyzer, relations, catalogs } = services
  const catalog = async () => catalogs.current(await relations.current())
  const lifted = liftMoments(original)
  const rewrite = (written: Statement) => rewriteForDuckdb(written, { catalog, session: facts })
  const statement = await rewrite(lifted.statement)
  const clauses: MomentClause[] = []
  for (const clause of lifted.clauses) clauses.push({ ...clause, value: await rewrite(clause.value) })
  const analysis = await analyzer.analyze(statement.text)
  const bound = await bindFreshly(services, facts, { analysis, clauses, given }, freshness)
  // Names are those of what the client wrote.
  const same = statement === original
  const written = same ? undefined : await analyzer.columnNames(lifted.statement.text)
  // DuckDB does not parse all that PostgreSQL does (`min(at)`): then they are those of what was put in its place.
  const names = written ?? analysis.columnNames
  return {
    statement,
    clauses,
    names,
    bound,
    // A text of ours has other places.
    exact: same && parameterCount(original) === 0 && given.length === 0,
    usesCatalog: usesCatalog(analysis, services.ownSchemas),
    isRepeatable: isRepeatable(statement) && bound.isRepeatable,
  }
}

function usesCatalog({ parts }: Analysis, ownSchemas: ReadonlySet<string>): boolean {
  return [...parts.tables, ...parts.functions].some(({ schema }) => schema !== exactSchema && ownSchemas.has(schema))
}

export const noRelations: BoundRelations = {
  version: 0,
  tables: [],
  dated: [],
  datedAs: '',
  views: [],
  isRepeatable: true,
}

async function bindFreshly(
  { analyzer, relations, ownSchemas }: EngineServices,
  { searchPath: path }: SessionFacts,
  {
    analysis,
    clauses,
    given,
  }: {
    readonly analysis: Analysis
    readonly clauses: readonly MomentClause[]
    readonly given: readonly ReadRelation[]
  },
  freshness: Freshness,
): Promise<BoundRelations> {
  if (analysis.parts.tables.length === 0 && given.length === 0) return noRelations
  const searchPath = [...path, 'public']
  const bindTo = (index: RelationIndex) =>
    bindRelations(analysis, { relations: index, searchPath, analyzer, ownSchemas, clauses, given })
  if (freshness === 'last seen') {
    try {
      const bound = await bindTo(await relations.lastSeen())
      // Where no table is resolved, nobody would say that a view has changed.
      if (bound.tables.length > 0 || bound.dated.length > 0) return bound
    } catch (error) {
      // What is not found may have been made since.
      if (!(error instanceof WeirError)) throw error
    }
  }
  return bindTo(await relations.current())
}
