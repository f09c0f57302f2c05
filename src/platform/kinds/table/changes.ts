import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { SpecChange } from '../kind-definition.ts'
import { canWiden, type Column } from './column.ts'
import type { TableSpec } from './schema.ts'

/** What a new declaration of a table changes; WEIR-7005 for what Iceberg cannot do to the rows that are there. */
export function tableChanges(before: TableSpec, after: TableSpec): readonly SpecChange[] {
  if (before.namespace !== after.namespace)
    throw notInPlace(`its namespace (${before.namespace} to ${after.namespace})`)
  if (before.partitionBy.join() !== after.partitionBy.join())
    throw notInPlace(
      `its partitioning (${before.partitionBy.join(', ') || 'none'} to ${after.partitionBy.join(', ') || 'none'})`,
    )
  if (before.format !== after.format) throw notInPlace(`its format (${before.format} to ${after.format})`)
  const [keyBefore, keyAfter] = [before.key ?? [], after.key ?? []]
  if (keyBefore.toSorted().join() !== keyAfter.toSorted().join())
    throw otherKey(keyBefore.join(', '), keyAfter.join(', '))
  const found: SpecChange[] = []
  for (const [name, column] of Object.entries(after.columns))
    found.push(...columnChanges(name, before.columns[name], column))
  for (const name of Object.keys(before.columns))
    if (!(name in after.columns)) found.push({ text: `drop column ${name}`, destroys: `the values of column ${name}` })
  for (const key of new Set([...Object.keys(before.properties), ...Object.keys(after.properties)]))
    if (before.properties[key] !== after.properties[key])
      found.push({
        text:
          after.properties[key] === undefined
            ? `remove property ${key}`
            : `set property ${key} to ${after.properties[key]}`,
        destroys: null,
      })
  return found
}

function columnChanges(name: string, before: Column | undefined, after: Column): readonly SpecChange[] {
  if (!before) {
    if (after.required)
      throw notInPlace(`a required column (${name}): rows that are there have no value for it. Make it optional`)
    return [{ text: `add column ${name} ${after.type}`, destroys: null }]
  }
  const found: SpecChange[] = []
  if (before.type !== after.type) {
    if (!canWiden(before.type, after.type)) throw notInPlace(`column ${name} from ${before.type} to ${after.type}`)
    found.push({ text: `widen column ${name} from ${before.type} to ${after.type}`, destroys: null })
  }
  if (!before.required && after.required)
    throw notInPlace(`column ${name} to required: rows that are there may lack it`)
  if (before.required && !after.required) found.push({ text: `column ${name} becomes optional`, destroys: null })
  if (before.doc !== after.doc) found.push({ text: `describe column ${name}`, destroys: null })
  return found
}

/** The rows do not tell what they would be under another key (keyed-tables.md, "Another key"). */
function otherKey(before: string, after: string): WeirError {
  const have = before ? `the last of each ${before}` : 'one for each record'
  const want = after ? `the last of each ${after}` : 'one for each record'
  const declared = after ? `with key ${after}` : 'without a key'
  return new WeirError(
    'WEIR-7005',
    `a table cannot change its key (${before || 'none'} to ${after || 'none'}): its rows are ${have}, and from these nobody can tell ${want}. ` +
      `Leave this one as it is, and declare another table ${declared} and a delivery of the same stream into it, which reads the stream from its beginning: docs/spec/keyed-tables.md, "Another key"`,
  )
}

function notInPlace(what: string): WeirError {
  return new WeirError('WEIR-7005', `a table cannot change ${what}. Declare another table beside it`)
}
