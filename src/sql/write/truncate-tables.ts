import type { RelationIndex } from '../bind/relation-index.ts'
import type { TableRelation } from '../engine-host.ts'
import type { Statement } from '../gate/statement.ts'
import type { WriteAnswer } from '../wire/write-service.ts'
import { findTarget } from './bind/find-target.ts'
import { targetRelation } from './bind/write-names.ts'
import { parseTruncate } from './grammar/parse-truncate.ts'
import type { WrittenName } from './grammar/token-reader.ts'
import { onTarget } from './on-target.ts'
import { truncated } from './run/change-table.ts'
import type { WriteParts } from './write-parts.ts'

/** TRUNCATE: all files of the tables go, none of them is read. */
export async function truncateTables(parts: WriteParts, statement: Statement): Promise<WriteAnswer> {
  const emptied = []
  for (const name of parseTruncate(statement)) emptied.push(await truncate(parts, name))
  for (const table of emptied) parts.changes.set(table)
  return { tag: 'TRUNCATE TABLE' }
}

export function truncatedTables(
  statement: Statement,
  relations: RelationIndex,
  searchPath: readonly string[],
): readonly TableRelation[] {
  return parseTruncate(statement).map((name) => findTarget(name, relations, searchPath, needs))
}

const needs = 'nothing of rows'

async function truncate(parts: WriteParts, name: WrittenName) {
  const { services, settings } = parts
  const find = async () =>
    findTarget(name, await services.relations.current(), [...settings.searchPath, 'public'], needs)
  const { schema, name: table } = await find()
  await services.host.flush({ schema, name: table })
  const query = async () => {
    const target = await find()
    return { target, query: 'SELECT 1', given: [targetRelation(target, 'none')] }
  }
  return onTarget(parts, query, [], async ({ before, plan }) => truncated(before, plan))
}
