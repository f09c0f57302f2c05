import { printed } from './namespace-routes.ts'
import type { PointerKind, TableIdent, TablePointers } from './pointer-store.ts'
import { RestError } from './rest-error.ts'
import { mustBeUsable } from './usable-name.ts'

const words = { table: 'Table', view: 'View' } as const

/** What holds a name; undefined when it is free. */
export async function holderOf(pointers: TablePointers, name: TableIdent): Promise<PointerKind | undefined> {
  if ((await pointers.tablePointer(name)) !== undefined) return 'table'
  return (await pointers.viewPointer(name)) === undefined ? undefined : 'view'
}

/** Refuses to make a table or view where there is one, or under a name that none can have. The words are those that clients look for. */
export async function mustBeFree(pointers: TablePointers, wanted: PointerKind, name: TableIdent): Promise<void> {
  mustBeUsable(name.name)
  const holder = await holderOf(pointers, name)
  if (holder === undefined) return
  const what = holder === wanted ? `${words[wanted]} already exists` : `${words[holder]} with same name already exists`
  throw new RestError(409, 'AlreadyExistsException', `${what}: ${printedName(name)}`)
}

export function cannotRename(source: TableIdent, destination: TableIdent, holder: PointerKind): RestError {
  const names = `${printedName(source)} to ${printedName(destination)}`
  return new RestError(409, 'AlreadyExistsException', `Cannot rename ${names}. ${words[holder]} already exists`)
}

function printedName({ namespace, name }: TableIdent): string {
  return printed([...namespace, name])
}
