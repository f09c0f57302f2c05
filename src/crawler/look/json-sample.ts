import { printType } from '../../lake/types/print-type.ts'
import type { IcebergType } from '../../lake/types/type.ts'
import type { TypeReason } from '../finding.ts'
import { unknownType } from '../merge/found-type.ts'
import { columnSample, shown } from './column-sample.ts'

/** A value of a parsed object: numbers and truths as they were written, so that no digit is lost. */
export type JsonValue = null | string | Written | readonly JsonValue[] | { readonly [name: string]: JsonValue }

export interface Written {
  readonly [written]: string
}

export const written = Symbol('written so')

/** Decides the type of a column of JSON by its values: objects become structs, lists lists, as far as their values go together. */
export interface JsonSample {
  /** `row` counts from 1. */
  add(value: JsonValue, row: number): void
  type(): IcebergType
  /** The value that left no narrower type, with the way to it. */
  reason(): Reason | undefined
}

export interface Reason extends Omit<TypeReason, 'column'> {
  /** `.a` of an object, `[]` of a list. */
  readonly path: string
}

/** DuckDB keeps the digits of long integers, of other numbers those of a double. */
const candidates = ['boolean', 'long', 'double', 'decimal(38,0)']

/** With more, names are data: ids of people, days. */
const membersMax = 200
/** SQL takes 64 levels. */
const depthMax = 30

export function jsonSample(depth = 0): JsonSample {
  const scalars = columnSample(candidates)
  const kinds = new Set<JsonKind>()
  const members = new Map<string, JsonSample>()
  const folded = new Set<string>()
  let element: JsonSample | undefined
  /** Why it is text nevertheless. */
  let textBecause: Reason | undefined

  const addMembers = (value: { readonly [name: string]: JsonValue }, row: number): void => {
    for (const [name, inner] of Object.entries(value)) {
      let member = members.get(name)
      if (!member) {
        const why = misnamed(name, folded, members.size)
        if (why !== undefined) {
          textBecause ??= { path: `.${name}`, row, value: why }
          return
        }
        folded.add(name.toLowerCase())
        members.set(name, (member = jsonSample(depth + 1)))
      }
      member.add(inner, row)
    }
  }
  return {
    add(value, row) {
      if (value === null) return
      const kind = kindOf(value)
      if (kinds.size === 1 && !kinds.has(kind)) textBecause ??= { path: '', row, value: shownValue(value) }
      kinds.add(kind)
      if (depth > depthMax) textBecause ??= { path: '', row, value: `more than ${depthMax} levels` }
      if (textBecause) return
      if (kind === 'bare') scalars.add((value as Written)[written], row)
      else if (kind === 'object') addMembers(value as { readonly [name: string]: JsonValue }, row)
      else if (kind === 'list') {
        element ??= jsonSample(depth + 1)
        for (const one of value as readonly JsonValue[]) element.add(one, row)
      }
    },
    type() {
      if (textBecause || kinds.has('text')) return 'string'
      if (kinds.has('bare')) return scalars.type()!
      if (kinds.has('list'))
        return { type: 'list', 'element-id': 0, element: element!.type(), 'element-required': false }
      if (members.size === 0) return unknownType
      const fields = [...members].map(([name, member]) => ({ id: 0, name, required: false, type: member.type() }))
      return { type: 'struct', fields }
    },
    reason() {
      const own = scalars.reason()
      if (textBecause ?? own) return textBecause ?? { path: '', ...own! }
      const inner = element?.reason()
      if (inner) return { ...inner, path: `[]${inner.path}` }
      for (const [name, member] of members) {
        const found = member.reason()
        if (found) return { ...found, path: `.${name}${found.path}` }
      }
      return undefined
    },
  }
}

export type JsonKind = 'bare' | 'text' | 'object' | 'list'

export function kindOf(value: Exclude<JsonValue, null>): JsonKind {
  if (typeof value === 'string') return 'text'
  if (Array.isArray(value)) return 'list'
  return (value as Partial<Written>)[written] === undefined ? 'object' : 'bare'
}

export function shownValue(value: Exclude<JsonValue, null>): string {
  if (typeof value === 'string') return shown(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  return shown((value as Partial<Written>)[written] ?? 'an object')
}

/** Why objects with such a member are no structs. */
function misnamed(name: string, folded: ReadonlySet<string>, count: number): string | undefined {
  if (name === '') return 'a member without a name'
  if (folded.has(name.toLowerCase())) return 'two members that differ by case only'
  return count >= membersMax ? `more than ${membersMax} different members` : undefined
}

/** The text of a type in a document; null where no value was seen. */
export function foundTypeText(type: IcebergType): string | null {
  return type === unknownType ? null : printType(type)
}
