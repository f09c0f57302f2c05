import type { Field } from '../types/type.ts'
import { primitiveSql } from '../types/default-value.ts'

/** What rows of older files have in a column that came with a default (format version 3). */
export function defaultOf({ type, 'initial-default': value }: Field): string {
  return value === undefined || value === null || typeof type !== 'string' ? 'NULL' : primitiveSql(type, value)
}
