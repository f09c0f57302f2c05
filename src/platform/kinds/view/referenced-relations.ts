import { tokenize, type Token } from '../../../sql/gate/tokenizer.ts'
import type { DesiredResource, ResourceReference } from '../resource.ts'

interface Relation {
  readonly namespace: string
}

/**
 * The declared tables and views that a query reads, and the crawlers that make tables of it: names that follow FROM, JOIN or a comma. A column that is called like
 * a table may be taken for one after a comma; the view then only comes later in the order of work.
 */
export function referencedRelations(
  sql: string,
  namespace: string,
  desired: readonly DesiredResource[],
): readonly ResourceReference[] {
  const relations = desired.flatMap((resource) => {
    const name = nameInSql(resource)
    return name === undefined ? [] : [{ ...resource, inSql: name }]
  })
  const found = new Map<string, ResourceReference>()
  for (const { schema, name } of namesRead(tokenize(sql)))
    for (const { kind, name: declared, inSql, spec } of relations) {
      const schemas = schema === undefined ? [namespace, 'public'] : [schema]
      if (inSql.toLowerCase() === name.toLowerCase() && schemas.includes((spec as Relation).namespace))
        found.set(`${kind}/${declared}`, { kind, name: declared })
    }
  return [...found.values()]
}

function nameInSql({ kind, name, spec }: DesiredResource): string | undefined {
  if (kind === 'crawler') return (spec as { readonly table: string }).table
  return kind === 'table' || kind === 'view' ? name : undefined
}

function namesRead(tokens: readonly Token[]): readonly { readonly schema?: string; readonly name: string }[] {
  return tokens.flatMap((token, at) => {
    const before = tokens[at - 1]
    const introduces =
      before && (['from', 'join'].includes(before.value) || before.value === ',') && before.kind !== 'string'
    if (!introduces || !isName(token)) return []
    const [dot, inner] = [tokens[at + 1], tokens[at + 2]]
    return dot?.value === '.' && inner && isName(inner)
      ? [{ schema: token.value, name: inner.value }]
      : [{ name: token.value }]
  })
}

function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted'
}
