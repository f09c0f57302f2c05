import { qualifyBeside } from '../../stream/registry/qualified-subject.ts'
import { refusals } from '../../stream/registry/registry-refusal.ts'
import type { SchemaRegistry } from '../../stream/registry/schema-registry.ts'
import type { RegistryState } from '../../stream/registry/state/registry-state.ts'
import type { StoredVersion } from '../../stream/registry/state/stored-version.ts'
import type { ReadQuery } from './read-query.ts'

/** The text of a schema: as it is stored, or with its references written out in it. Other formats are refused by name. */
export function formatted(
  state: RegistryState,
  registry: SchemaRegistry,
  stored: StoredVersion,
  query: ReadQuery,
): string {
  const format = query.text('format').trim().toLowerCase()
  if (format === '' || format === 'default') return stored.value.schema
  if (format !== 'resolved') throw refusals.unsupported(`The format ${format} (there is resolved)`)
  return registry.reader.stored(state, stored).resolved()
}

/** References with their context in their names. */
export function qualifiedReferences({ subject, value }: StoredVersion): StoredVersion['value']['references'] {
  return value.references?.map((each) => ({ ...each, subject: qualifyBeside(each.subject, subject).full }))
}
