import { RestError } from '../rest-error.ts'
import type { CatalogAccess, CatalogAction, CatalogTarget } from './catalog-access.ts'

export function must(access: CatalogAccess, action: CatalogAction, target: CatalogTarget): void {
  const refusal = access.refusal(action, target)
  if (refusal !== undefined) throw forbidden(refusal)
}

export function mustSee(access: CatalogAccess, target: CatalogTarget): void {
  if (!access.sees(target)) must(access, 'table:read', target)
}

export function forbidden(reason: string): RestError {
  return new RestError(403, 'ForbiddenException', `${reason} (WEIR-7015)`)
}

/** What could make the files of a closed table those of an open one. */
export function forAdministrators(what: string): RestError {
  return forbidden(`while policies hold, ${what} is chosen by administrators alone: it could be that of another table`)
}
