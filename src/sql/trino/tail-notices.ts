import type { KnownRelations } from '../bind/known-relations.ts'
import type { Relation, RelationIndex } from '../bind/relation-index.ts'
import type { ResolvedTable, TableName } from '../engine-host.ts'
import type { Statement } from '../gate/statement.ts'
import type { ResolveTables } from '../snapshot/resolve-tables.ts'
import { sqlError } from '../sql-error.ts'
import { type TableMention, tableMentions, withNames } from './own-statement.ts'

/** What the tables of a statement in Trino are found out with. */
export interface NoticeParts {
  readonly relations: KnownRelations
  readonly resolve: ResolveTables
  /** Trino's name for the project's tables, and the schemas where names without one are looked up. */
  readonly catalog: string
  readonly searchPath: readonly string[]
  /** The tables of that catalog that Trino reads for the statement; undefined when it cannot tell. */
  readonly askTrino: () => Promise<readonly TableName[] | undefined>
}

/** How often it is asked again because the relations changed meanwhile. */
const attemptsMax = 3

/**
 * What a client is told of a statement over tables with a tail, which Trino does not see (INV-R4). WEIR-6001 (0A000) for a view of the
 * project.
 */
export async function tailNotices(statement: Statement, parts: NoticeParts): Promise<readonly string[]> {
  const mentions = tableMentions(statement)
  if (mentions.length === 0) return []
  const defined = withNames(statement)
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const index = await (attempt === 1 ? parts.relations.lastSeen() : parts.relations.current())
    const { tables, unsure } = await tablesOf(mentions, defined, index, parts)
    if (tables.length === 0) return unsure
    const resolution = await parts.resolve({ tables, relations: index.version }, false)
    if (resolution !== 'other relations') return [...resolution.tables.flatMap(noticesOf), ...unsure]
  }
  return []
}

async function tablesOf(
  mentions: readonly TableMention[],
  defined: ReadonlySet<string>,
  index: RelationIndex,
  parts: NoticeParts,
): Promise<{ readonly tables: readonly TableName[]; readonly unsure: readonly string[] }> {
  const tables = new Map<string, TableName>()
  const add = ({ schema, name }: TableName): void => void tables.set(`${schema}\0${name}`, { schema, name })
  let isUnknown = false
  for (const mention of mentions) {
    const relation = find(mention, index, parts)
    if (relation?.kind === 'view') throw isView(relation, mention)
    if (relation) add(relation)
    else if (mention.parts.length > 1 || !defined.has(mention.parts[0]!.toLowerCase())) isUnknown = true
  }
  const asked = isUnknown ? await parts.askTrino() : []
  for (const { schema, name } of asked ?? []) {
    const relation = index.find(schema, name, [])
    if (relation?.kind === 'table') add(relation)
  }
  return { tables: [...tables.values()], unsure: asked ? [] : [cannotTell] }
}

const cannotTell =
  'Trino does not tell which tables this statement reads; of tables of the project, rows that wait to be committed are not in this answer'

function find({ parts: names }: TableMention, index: RelationIndex, parts: NoticeParts): Relation | undefined {
  const [name = '', schema = '', catalog] = names.toReversed()
  if (catalog !== undefined && catalog.toLowerCase() !== parts.catalog.toLowerCase()) return undefined
  // A table's own tables: orders$snapshots.
  return index.find(schema, name.replace(/\$.*$/, ''), parts.searchPath.slice(0, 1))
}

function isView({ schema, name }: TableName, { position }: TableMention): Error {
  return sqlError(
    'WEIR-6001',
    `${schema}.${name} is a view of the project, in DuckDB's words: Trino does not read it`,
    {
      sqlstate: '0A000',
      position,
      hint: "Write its query in the place of its name, or ask the embedded engine: PGOPTIONS='-c weir.engine=DuckDB'.",
    },
  )
}

function noticesOf({ schema, name, tails, notices }: ResolvedTable): readonly string[] {
  const isWaiting = ({ partitions }: ResolvedTable['tails'][number]): boolean =>
    partitions.some(({ base, end }) => BigInt(end) > BigInt(base))
  const rows = tails
    .filter(isWaiting)
    .flatMap(({ segments }) => segments)
    .reduce((sum, segment) => sum + segment.rows, 0)
  if (rows === 0) return notices
  return [
    `Trino reads the last snapshot of ${schema}.${name}: up to ${rows} newer rows wait to be committed and are not in this answer`,
    ...notices,
  ]
}
