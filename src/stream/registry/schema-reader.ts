import { InvalidSchema } from '../../record/schema/invalid-schema.ts'
import { parseSchema, schemaTypeOf } from '../../record/schema/parse-schema.ts'
import type { ParsedSchema, SchemaReferenceText } from '../../record/schema/parsed-schema.ts'
import { qualifyBeside } from './qualified-subject.ts'
import { refusals } from './registry-refusal.ts'
import type { StoredReference } from './state/registry-record.ts'
import type { RegistryState } from './state/registry-state.ts'
import type { StoredVersion } from './state/stored-version.ts'

/** A schema that may be stored one day. */
export interface SchemaSource {
  /** References without a context are of this subject's. */
  readonly subject: string
  readonly schemaType: string | undefined
  readonly schema: string
  readonly references: readonly StoredReference[]
}

/** Reads schemas with all that they refer to. Those that are stored are kept for a while: comparisons ask for the same again and again. */
export interface SchemaReader {
  /** Throws RegistryRefusal 42201. With `strict`, as for a new one, deleted versions cannot be referred to. */
  read(state: RegistryState, source: SchemaSource, strict: boolean): ParsedSchema
  /** Throws RegistryRefusal 42201 for what this registry cannot read. */
  stored(state: RegistryState, version: StoredVersion): ParsedSchema
}

const keptMax = 200
const referencesMax = 1000
const referencedLengthMax = 16_000_000

export function createSchemaReader(): SchemaReader {
  const kept = new Map<StoredVersion, ParsedSchema>()

  function read(state: RegistryState, source: SchemaSource, strict: boolean): ParsedSchema {
    try {
      const type = schemaTypeOf(source.schemaType)
      return parseSchema(type, source.schema, textsOf(state, source, !strict), strict)
    } catch (error) {
      if (!(error instanceof InvalidSchema)) throw error
      const what = source.schemaType ?? 'AVRO'
      throw refusals.invalidSchema(
        `Invalid schema of type ${what} for subject "${source.subject}", details: ${error.message}`,
      )
    }
  }

  return {
    read,
    stored(state, version) {
      const { value, subject, type } = version
      const found = kept.get(version)
      const parsed =
        found ??
        read(state, { subject, schemaType: type, schema: value.schema, references: value.references ?? [] }, false)
      kept.delete(version)
      kept.set(version, parsed)
      if (kept.size > keptMax) kept.delete(kept.keys().next().value!)
      return parsed
    },
  }
}

/** The latest version instead of -1. */
export function pinReferences(
  state: RegistryState,
  subject: string,
  references: readonly StoredReference[],
): readonly StoredReference[] {
  return references.map((reference) => {
    if (reference.version !== -1) return reference
    const latest = state.versions(qualifyBeside(reference.subject, subject).full).findLast(({ deleted }) => !deleted)
    return latest ? { ...reference, version: latest.version } : reference
  })
}

/** What a schema refers to, directly and through others, each before those that refer to it. */
function textsOf(state: RegistryState, source: SchemaSource, withDeleted: boolean): readonly SchemaReferenceText[] {
  const texts = new Map<string, SchemaReferenceText>()
  const visited = new Set<string>()
  let length = 0

  function add(references: readonly StoredReference[], parent: string): void {
    for (const { name, subject, version } of pinReferences(state, parent, references)) {
      if (visited.has(name)) continue
      visited.add(name)
      if (visited.size > referencesMax) throw new InvalidSchema(`it refers to more than ${referencesMax} schemas`)
      const full = qualifyBeside(subject, parent).full
      const stored = state.version(full, version)
      if (!stored || (stored.deleted && !withDeleted))
        throw new InvalidSchema(`No schema reference found for subject "${full}" and version ${version}`)
      add(stored.value.references ?? [], full)
      length += stored.value.schema.length
      if (length > referencedLengthMax)
        throw new InvalidSchema(`the schemas that it refers to have more than ${referencedLengthMax} characters`)
      texts.set(name, { name, type: schemaTypeOf(stored.type), text: stored.value.schema })
    }
  }

  add(source.references, source.subject)
  return [...texts.values()]
}
