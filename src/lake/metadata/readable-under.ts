import { printType } from '../types/print-type.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import { isWider } from './evolve-schema.ts'

/**
 * Why files that were written under one schema cannot be part of a table that has another by now; undefined when they can. What
 * was dropped, renamed, moved, widened, or came as optional does not matter: files of before such changes are there anyway.
 */
export function readableUnder(written: Schema, now: Schema): string | undefined {
  return fieldsReason(written.fields, now.fields, '')
}

function fieldsReason(written: readonly Field[], now: readonly Field[], path: string): string | undefined {
  const before = new Map(written.map((field) => [field.id, field]))
  for (const field of now) {
    const name = `${path}${field.name}`
    const was = before.get(field.id)
    if (field.required && was?.required !== true && field['initial-default'] == null) return `${name} is required now`
    const reason = was === undefined ? undefined : typeReason(was.type, field.type, name)
    if (reason !== undefined) return reason
  }
  return undefined
}

function typeReason(was: IcebergType, now: IcebergType, name: string): string | undefined {
  if (typeof was === 'string' && typeof now === 'string')
    return was === now || isWider(was, now) ? undefined : `${name} was ${was} and is ${now}`
  if (typeof was !== 'string' && typeof now !== 'string') {
    if (was.type === 'struct' && now.type === 'struct') return fieldsReason(was.fields, now.fields, `${name}.`)
    if (was.type === 'list' && now.type === 'list') return typeReason(was.element, now.element, `${name}.element`)
    if (was.type === 'map' && now.type === 'map')
      return typeReason(was.key, now.key, `${name}.key`) ?? typeReason(was.value, now.value, `${name}.value`)
  }
  return `${name} was ${printType(was)} and is ${printType(now)}`
}
