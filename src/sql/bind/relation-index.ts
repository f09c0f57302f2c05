import { nearestName } from '../../kernel/nearest.ts'
import type { Relations, TableRelation, ViewRelation } from '../engine-host.ts'
import { sqlError } from '../sql-error.ts'

/** A relation by what it is. */
export type Relation = ({ readonly kind: 'table' } & TableRelation) | ({ readonly kind: 'view' } & ViewRelation)

/** Relations by name, as SQL looks them up: without regard to case. */
export interface RelationIndex {
  readonly version: number
  /** Those that have something to show. */
  readonly schemas: readonly string[]
  readonly all: readonly Relation[]
  /** What views read, they read with other rights than the session's. */
  readonly isRestricted: boolean
  /**
   * `schema` empty: the first of the search path that has it. WEIR-6003 (42P09) for a name that several have but for its case: a catalog tells
   * those apart, SQL would read and write one for the other.
   */
  find(schema: string, name: string, searchPath: readonly string[]): Relation | undefined
  /** The nearest name there is, for "Did you mean …?". */
  nearest(schema: string, name: string): string | undefined
}

/** Whether the session may know that it is there. */
export const isListed = ({ rights }: Relation): boolean => rights?.isListed ?? true

const key = (schema: string, name: string): string => `${schema.toLowerCase()}\0${name.toLowerCase()}`

export function indexRelations(relations: Relations): RelationIndex {
  const all: Relation[] = [
    ...relations.tables.map((table) => ({ kind: 'table' as const, ...table })),
    ...relations.views.map((view) => ({ kind: 'view' as const, ...view })),
  ]
  const byName = Map.groupBy(all, ({ schema, name }) => key(schema, name))
  return {
    version: relations.version,
    schemas: [...new Set(['public', ...all.filter(isListed).map(({ schema }) => schema)])],
    all,
    isRestricted: relations.isRestricted ?? false,
    find(schema, name, searchPath) {
      const schemas = schema ? [schema] : searchPath
      const found = schemas.map((candidate) => byName.get(key(candidate, name))).find((named) => named !== undefined)
      if (found && found.length > 1) throw ambiguous(found)
      return found?.[0]
    },
    nearest(schema, name) {
      const names = all
        .filter(isListed)
        .map((relation) =>
          relation.schema === 'public' && !schema ? relation.name : `${relation.schema}.${relation.name}`,
        )
      return nearestName(schema ? `${schema}.${name}` : name, names)
    },
  }
}

function ambiguous(twins: readonly Relation[]): Error {
  const names = twins.map(({ schema, name }) => `${schema}.${name}`).join(' and ')
  return sqlError('WEIR-6003', `${names} differ only by case, which SQL does not tell apart`, {
    sqlstate: '42P09',
    hint: 'Rename one where it was made: in the project, or by an Iceberg client of the catalog.',
  })
}
