import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'

/** The table property that says what columns are called in files without field ids. */
export const nameMappingProperty = 'schema.name-mapping.default'

/** The names of each field, by its id (specification, name mapping). */
export type NameMapping = ReadonlyMap<number, readonly string[]>

interface MappedField {
  readonly 'field-id'?: number
  readonly names?: readonly string[]
  readonly fields?: readonly MappedField[]
}

/** That of a table, where it has one. `WEIR-4008` for what is none. */
export function mappingOf({ properties }: Pick<TableMetadata, 'properties'>): { readonly mapping?: NameMapping } {
  const text = properties?.[nameMappingProperty]
  return text === undefined ? {} : { mapping: parseNameMapping(text) }
}

/** `WEIR-4008` for what is no mapping. */
export function parseNameMapping(text: string): NameMapping {
  const names = new Map<number, readonly string[]>()
  const visit = (fields: readonly MappedField[]): void => {
    for (const field of fields) {
      if (field['field-id'] !== undefined) names.set(field['field-id'], field.names ?? [])
      visit(field.fields ?? [])
    }
  }
  try {
    visit(JSON.parse(text) as readonly MappedField[])
  } catch (cause) {
    throw new WeirError('WEIR-4008', `The property ${nameMappingProperty} is not a mapping of names: ${text}`, {
      cause,
    })
  }
  return names
}
