import { WeirError } from '../../kernel/errors/weir-error.ts'
import { mustRead, mustWrite, type WriteNeeds } from '../bind/relation-rights.ts'
import type { Relation } from '../bind/relation-index.ts'
import { informationSchemaColumns, pgCatalogColumns } from './pg-columns.ts'

const needsOf: Readonly<Record<string, WriteNeeds>> = {
  insert: 'rows',
  update: 'whole rows',
  delete: 'whole rows',
  truncate: 'nothing of rows',
}

/**
 * PostgreSQL's privileges of the session, in lower case with blanks between, by all that a relation is called: its number and its name in lower
 * case, without the schema where that is found without. Of a relation that is not here, the session has none.
 */
export function grantsByName(
  relations: readonly { readonly relation: Relation; readonly oid: number }[],
  catalogOids: readonly number[],
): ReadonlyMap<string, string> {
  const system = [
    ...catalogOids.map(String),
    ...Object.keys(pgCatalogColumns).flatMap((name) => [name, `pg_catalog.${name}`]),
    ...Object.keys(informationSchemaColumns).map((name) => `information_schema.${name}`),
  ]
  const declared = relations.flatMap(({ relation, oid }): [string, string][] => {
    const granted = grantedOn(relation).join(' ')
    const name = relation.name.toLowerCase()
    const names = [
      String(oid),
      `${relation.schema.toLowerCase()}.${name}`,
      ...(relation.schema === 'public' ? [name] : []),
    ]
    return names.map((each) => [each, granted])
  })
  // Names of the system are found before all others.
  return new Map([...declared, ...system.map((name): [string, string] => [name, 'select'])])
}

/** As statements are decided: by the same functions. */
function grantedOn(relation: Relation): readonly string[] {
  const reading = isRefused(() => mustRead(relation)) ? [] : ['select']
  if (relation.kind === 'view' || relation.isReadOnly) return reading
  const writing = Object.entries(needsOf).filter(([, needs]) => !isRefused(() => mustWrite(relation, needs)))
  return [...reading, ...writing.map(([privilege]) => privilege)]
}

/** What is refused for another reason, such as damage, is no matter of rights. */
function isRefused(ask: () => void): boolean {
  try {
    ask()
    return false
  } catch (error) {
    return error instanceof WeirError && error.code === 'WEIR-7015'
  }
}
