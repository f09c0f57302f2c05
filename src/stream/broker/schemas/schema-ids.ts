import { readRecord, type SchemaValue } from '../../registry/state/registry-record.ts'
import type { RecordPart, SubjectStrategy } from './schema-rules.ts'

/** Which ids are registered under which subjects of the default context: as much of the registry's state as records are held to. */
export interface SchemaIds {
  apply(key: Buffer | null, value: Buffer | null): void
  isRegistered(id: number, topic: string, part: RecordPart, strategy: SubjectStrategy): boolean
}

interface Version {
  readonly id: number
  readonly deleted: boolean
}

export function createSchemaIds(): SchemaIds {
  const subjects = new Map<string, Map<number, Version>>()
  /** Of the subject's versions that are not deleted; made when it is asked for. */
  const ids = new Map<string, ReadonlySet<number>>()
  const names = new Map<number, string>()

  function idsOf(subject: string): ReadonlySet<number> {
    const known = ids.get(subject)
    if (known) return known
    const versions = [...(subjects.get(subject)?.values() ?? [])]
    const found = new Set(versions.filter(({ deleted }) => !deleted).map(({ id }) => id))
    ids.set(subject, found)
    return found
  }

  function change(subject: string, next: (versions: Map<number, Version>) => void): void {
    const versions = subjects.get(subject) ?? new Map<number, Version>()
    next(versions)
    if (versions.size === 0) subjects.delete(subject)
    else subjects.set(subject, versions)
    ids.delete(subject)
  }

  function apply(keyBytes: Buffer | null, valueBytes: Buffer | null): void {
    const record = readRecord(keyBytes, valueBytes)
    if (!record || !('subject' in record.key) || record.key.subject?.startsWith(':')) return
    const { key, value } = record
    if (key.keytype === 'SCHEMA') {
      const { id, deleted = false, schema, schemaType } = (value ?? {}) as SchemaValue
      change(key.subject, (versions) => {
        if (value === null) versions.delete(key.version)
        else versions.set(key.version, { id, deleted })
      })
      const name = value === null ? undefined : nameOf(schema, schemaType)
      if (name !== undefined) names.set(id, name)
    } else if (key.keytype === 'DELETE_SUBJECT' && value !== null) {
      const last = (value as { readonly version?: number }).version ?? 0
      change(key.subject, (versions) => {
        for (const [version, each] of versions) if (version <= last) versions.set(version, { ...each, deleted: true })
      })
    }
  }

  return {
    apply,
    isRegistered(id, topic, part, strategy) {
      if (strategy === 'topic') return idsOf(`${topic}-${part}`).has(id)
      const name = names.get(id)
      return name !== undefined && idsOf(strategy === 'record' ? name : `${topic}-${name}`).has(id)
    },
  }
}

/** The full name of a record, or the title of a JSON Schema: what serializers put into the subject. */
function nameOf(schema: string, schemaType = 'AVRO'): string | undefined {
  const { name, namespace, title } = parsed(schema)
  if (schemaType !== 'AVRO') return typeof title === 'string' ? title : undefined
  if (typeof name !== 'string') return undefined
  return name.includes('.') || typeof namespace !== 'string' || namespace === '' ? name : `${namespace}.${name}`
}

function parsed(schema: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(schema)
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
