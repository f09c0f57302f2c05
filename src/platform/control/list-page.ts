import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ResourceStore } from '../../storage/metadata/resources.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { Resource } from '../kinds/resource.ts'
import type { ResourceFilter } from './control-plane.ts'

const defaultLimit = 100
const largestLimit = 1000

/** One page; WEIR-7007 for a cursor that no page gave. */
export async function listPage(
  store: ResourceStore,
  definitionOf: (kind: string) => KindDefinition,
  { kind, cursor, limit = defaultLimit, ...filter }: ResourceFilter,
): Promise<{ readonly items: readonly Resource[]; readonly next: string | null }> {
  const size = Math.max(1, Math.min(largestLimit, limit))
  const items = (await store.list({
    ...filter,
    ...(kind === undefined ? {} : { kind: definitionOf(kind).kind }),
    ...(cursor === undefined ? {} : { after: placeOf(cursor) }),
    // One more than is shown says whether there is another page.
    limit: size + 1,
  })) as readonly Resource[]
  const shown = items.slice(0, size)
  const last = shown.at(-1)
  return { items: shown, next: items.length > size && last ? cursorOf(last) : null }
}

/** What the store is asked, without page. */
export function countAll(
  store: ResourceStore,
  definitionOf: (kind: string) => KindDefinition,
  { kind, cursor: _cursor, limit: _limit, skip: _skip, ...filter }: ResourceFilter,
): Promise<number> {
  return store.count({ ...filter, ...(kind === undefined ? {} : { kind: definitionOf(kind).kind }) })
}

function cursorOf({ kind, name }: Resource): string {
  return Buffer.from(JSON.stringify([kind, name])).toString('base64url')
}

function placeOf(cursor: string): { readonly kind: string; readonly name: string } {
  try {
    const [kind, name] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof kind === 'string' && typeof name === 'string') return { kind, name }
  } catch {
    // Said below.
  }
  throw new WeirError('WEIR-7007', `the cursor "${cursor}" is none that a page gave. Begin without one`)
}
