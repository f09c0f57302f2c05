import { nearestName } from '../../../kernel/nearest.ts'
import type { Column } from './column.ts'

/** Why a column cannot be part of a key (Iceberg specification, identifier fields); undefined when it can. */
export function keyTrouble(
  name: string,
  isTwice: boolean,
  columns: Readonly<Record<string, Column>>,
): string | undefined {
  if (isTwice) return `${name} stands twice`
  const column = columns[name]
  if (!column) {
    const near = nearestName(name, Object.keys(columns))
    return `there is no column ${name}${near ? `; did you mean ${near}?` : ''}`
  }
  if (/^(list|map|struct)</.test(column.type)) return `${name} is ${column.type}: a key is made of columns of one value`
  if (column.type === 'float' || column.type === 'double')
    return `${name} is ${column.type}, which Iceberg does not allow in a key. Use decimal or string`
  return undefined
}
