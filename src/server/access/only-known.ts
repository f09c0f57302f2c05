import type { Principal } from '../../access/principal.ts'
import type { CatalogAccess } from '../../lake/catalog/access/catalog-access.ts'
import type { Resource } from '../../platform/kinds/resource.ts'

interface ResourcePage {
  readonly items: readonly Resource[]
  readonly next: string | null
}

/** Of a page, the tables and views that a user may know; an administrator knows all. */
export function onlyKnown(page: ResourcePage, access: CatalogAccess | undefined, principal: Principal): ResourcePage {
  if (principal.kind === 'administrator') return page
  const items = page.items.filter(({ kind, name, spec }) => {
    if (kind !== 'table' && kind !== 'view') return false
    return access?.sees({ namespace: [(spec as { readonly namespace: string }).namespace], name }) ?? true
  })
  return { ...page, items }
}
