import { listOf } from '../exact-json.ts'
import type { Keywords } from './keywords.ts'
import { described, type Dialect, type LoadChild } from './load-child.ts'
import type { ArrayShape, Shape } from './shape.ts'

const classicKeys = ['items', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems', 'contains']

export const arrayKeys: Readonly<Record<Dialect, readonly string[]>> = {
  classic: classicKeys,
  modern: [...classicKeys, 'prefixItems', 'unevaluatedItems', 'minContains', 'maxContains'],
}

export function loadArray(keywords: Keywords, child: LoadChild, dialect: Dialect): ArrayShape {
  const modern = dialect === 'modern'
  const { json } = keywords
  const sub = (key: string): Shape | undefined => (json[key] === undefined ? undefined : child(json[key], key))
  const contains = sub('contains')
  return {
    kind: 'array',
    ...itemsOf(keywords, child, modern),
    unevaluated: modern ? sub('unevaluatedItems') : undefined,
    minItems: keywords.count('minItems'),
    maxItems: keywords.count('maxItems'),
    uniqueItems: keywords.flag('uniqueItems') ?? false,
    minContains: modern && contains ? (keywords.count('minContains') ?? 1) : undefined,
    maxContains: modern && contains ? keywords.count('maxContains') : undefined,
    ...described(keywords.pick(['type', ...arrayKeys[dialect]])),
  }
}

/** The first items one by one, and the rest: `prefixItems` and `items`, or in older drafts a list in `items`, and `additionalItems`. */
function itemsOf(
  keywords: Keywords,
  child: LoadChild,
  modern: boolean,
): Pick<ArrayShape, 'items' | 'tuple' | 'permitsAdditional' | 'additional'> {
  const { json } = keywords
  const listed = listOf(json['items'])
  const isPrefixed = modern && json['prefixItems'] !== undefined
  const prefix = isPrefixed ? keywords.list('prefixItems') : listed
  const prefixKey = isPrefixed ? 'prefixItems' : 'items'
  const tuple = prefix?.map((each, at) => child(each, `${prefixKey}/${at}`)) ?? []
  const restKey = modern && !listed ? 'items' : 'additionalItems'
  const rest = json[restKey] === undefined ? undefined : child(json[restKey], restKey)
  const isOfAll = modern && !listed && !isPrefixed && rest?.kind !== 'false'
  const items = modern || listed || json['items'] === undefined ? undefined : child(json['items'], 'items')
  const additional = rest === undefined || rest.kind === 'false' || json[restKey] === true ? undefined : rest
  return {
    items: isOfAll ? additional : items,
    tuple,
    permitsAdditional: rest?.kind !== 'false',
    additional: isOfAll ? undefined : additional,
  }
}
