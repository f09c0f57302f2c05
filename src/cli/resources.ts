import { WeirError } from '../kernel/errors/weir-error.ts'
import { nearestName } from '../kernel/nearest.ts'
import type { ApiResource } from './api-types.ts'
import type { WeirClient } from './weir-client.ts'

export const kindNames = ['stream', 'table', 'view', 'delivery', 'crawler', 'policy', 'secret']

/** A kind by its name, plural or not; WEIR-2009 proposes the nearest. */
export function kindNamed(text: string): string {
  const kind = kindNames.find((known) => known === text || `${known.replace(/y$/, 'ie')}s` === text)
  if (kind !== undefined) return kind
  const near = nearestName(text, kindNames)
  throw new WeirError(
    'WEIR-2009',
    `there is no kind "${text}".${near === undefined ? '' : ` Did you mean ${near}?`} Kinds: ${kindNames.join(', ')}`,
  )
}

export function resourcePath(kind: string, name: string): string {
  return `/api/v1/resources/${kind}/${encodeURIComponent(name)}`
}

export interface ResourceFilter {
  readonly kind?: string | undefined
  readonly prefix?: string | boolean | undefined
  /** `key=value` */
  readonly tag?: string | boolean | undefined
}

/** Every page of what the filter lets through. */
export async function listResources(weir: WeirClient, filter: ResourceFilter = {}): Promise<readonly ApiResource[]> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) if (typeof value === 'string') query.set(name, value)
  const items: ApiResource[] = []
  for (;;) {
    const page = await weir.call<{ items: readonly ApiResource[]; next: string | null }>(
      'GET',
      `/api/v1/resources?${query.toString()}`,
    )
    items.push(...page.items)
    if (page.next === null) return items
    query.set('cursor', page.next)
  }
}
