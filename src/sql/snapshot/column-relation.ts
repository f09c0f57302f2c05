import { printType } from '../../lake/types/print-type.ts'
import { writeDefaultSql } from '../../lake/types/default-value.ts'
import type { Field } from '../../lake/types/type.ts'
import type { ColumnRelation } from '../engine-host.ts'
import { shownDefault } from './shown-default.ts'

/** A column of a table as SQL knows it. */
export function columnRelation(field: Field): ColumnRelation {
  const value = writeDefaultSql(field)
  const shown = shownDefault(field)
  return {
    name: field.name,
    type: printType(field.type),
    required: field.required,
    ...(value === undefined ? {} : { default: value }),
    ...(shown === undefined ? {} : { shownDefault: shown }),
  }
}
