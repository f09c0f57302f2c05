import { printed } from './namespace-routes.ts'
import type { PointerKind } from './pointer-store.ts'
import { bodies, readBody } from './request-body.ts'
import { noSuchNamespace, noSuchTable, noSuchView, RestError } from './rest-error.ts'
import { noContent, type Call } from './route.ts'
import { swapOrUnknown, type CommitContext } from './table-commit.ts'
import { cannotRename, holderOf } from './taken-name.ts'
import { mustBeUsable } from './usable-name.ts'

/** One swap gives up the old name and takes the new one; the metadata stays as and where it is. */
export async function rename({ pointers, receipt }: CommitContext, kind: PointerKind, call: Call) {
  const { source, destination } = readBody(bodies.rename, call.body)
  mustBeUsable(destination.name)
  const name = printed([...source.namespace, source.name])
  const from = await (kind === 'table' ? pointers.tablePointer(source) : pointers.viewPointer(source))
  if (from === undefined) throw kind === 'table' ? noSuchTable(name) : noSuchView(name)
  if ((await pointers.namespaceProperties(destination.namespace)) === undefined)
    throw noSuchNamespace(printed(destination.namespace))
  const changes = [
    { table: source, kind, from, to: null },
    { table: destination, kind, from: null, to: from },
  ]
  const swapped = await swapOrUnknown(pointers, changes, receipt({ status: 204 }))
  if (swapped.swapped) return noContent
  if ('missingNamespace' in swapped) throw noSuchNamespace(printed(swapped.missingNamespace))
  const holder = await holderOf(pointers, destination)
  if (holder !== undefined) throw cannotRename(source, destination, holder)
  throw new RestError(409, 'CommitFailedException', `${name} changed meanwhile`)
}
