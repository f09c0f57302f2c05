import { stringifyJson } from '../json.ts'
import { columnsOf, type ColumnAt } from '../types/columns-of.ts'
import { printType } from '../types/print-type.ts'
import type { IcebergType, Schema } from '../types/type.ts'

export interface ColumnDifference {
  readonly change:
    | 'added'
    | 'dropped'
    | 'renamed'
    | 'widened'
    | 'made optional'
    | 'made required'
    | 'described'
    | 'default changed'
    | 'made a key'
    | 'no key any more'
  /** Its path, as it is called after. */
  readonly column: string
  readonly before: string | null
  readonly after: string | null
}

/** What became of the columns, and of the fields within them, found by their ids. */
export function schemaDifference(before: Schema, after: Schema): readonly ColumnDifference[] {
  const old = new Map(columnsOf(before).map((column) => [column.id, column]))
  const now = columnsOf(after)
  const kept = new Set(now.map(({ id }) => id))
  const found = now.flatMap((column) => {
    const was = old.get(column.id)
    return was ? changesOf(was, column, keysOf(before), keysOf(after)) : [added(column)]
  })
  const gone = [...old.values()].filter(({ id }) => !kept.has(id))
  return [...topmost(found, 'added'), ...topmost(gone.map(dropped), 'dropped')]
}

/** What came or went with its column is not told apart from it. */
function topmost(changes: readonly ColumnDifference[], change: 'added' | 'dropped'): readonly ColumnDifference[] {
  const whole = changes.filter((one) => one.change === change).map(({ column }) => column)
  return changes.filter((one) => one.change !== change || !whole.some((path) => one.column.startsWith(`${path}.`)))
}

function added({ path, type }: ColumnAt): ColumnDifference {
  return { change: 'added', column: path, before: null, after: printType(type) }
}

function dropped({ path, type }: ColumnAt): ColumnDifference {
  return { change: 'dropped', column: path, before: printType(type), after: null }
}

function changesOf(
  was: ColumnAt,
  is: ColumnAt,
  keysBefore: ReadonlySet<number>,
  keysAfter: ReadonlySet<number>,
): readonly ColumnDifference[] {
  const column = is.path
  const differs = (change: ColumnDifference['change'], before: string | null, after: string | null) =>
    before === after ? [] : [{ change, column, before, after }]
  const [hadKey, hasKey] = [keysBefore.has(was.id), keysAfter.has(is.id)]
  return [
    ...differs('renamed', lastOf(was.path), lastOf(is.path)),
    ...differs('widened', ownType(was.type), ownType(is.type)),
    ...(was.required === is.required
      ? []
      : differs(is.required ? 'made required' : 'made optional', wordOf(was), wordOf(is))),
    ...differs('described', was.doc ?? null, is.doc ?? null),
    ...differs('default changed', defaultOf(was), defaultOf(is)),
    ...(hadKey === hasKey
      ? []
      : [{ change: hasKey ? 'made a key' : 'no key any more', column, before: null, after: null } as const]),
  ]
}

function keysOf(schema: Schema): ReadonlySet<number> {
  return new Set(schema['identifier-field-ids'] ?? [])
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

/** What is within has changes of its own. */
function ownType(type: IcebergType): string {
  return typeof type === 'string' ? type : type.type
}

function wordOf({ required }: ColumnAt): string {
  return required ? 'required' : 'optional'
}

function defaultOf({ writeDefault }: ColumnAt): string | null {
  return writeDefault === undefined ? null : stringifyJson(writeDefault)
}
