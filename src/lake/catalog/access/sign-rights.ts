import type { TableIdent } from '../pointer-store.ts'
import type { CatalogAccess } from './catalog-access.ts'
import { must } from './refusals.ts'

/** What a client may send to the files of a table: to read them takes what loading it takes, to write some takes both. */
export function mustMaySign(access: CatalogAccess, table: TableIdent, method: string, isStaged: boolean): void {
  // Nothing is there but what its maker wrote.
  if (isStaged) return must(access, 'table:create', table)
  must(access, 'table:read', table)
  if (method !== 'GET' && method !== 'HEAD') must(access, 'table:write', table)
}
