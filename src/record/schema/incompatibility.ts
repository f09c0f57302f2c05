/** Why data of one schema is not fit for another. */
export interface Incompatibility {
  /** In capitals, as registries call it. */
  readonly type: string
  /** Where in the schema: `/fields/0/type`, `#/properties/name`. */
  readonly path: string
  /** What is wrong; told which schema reads and which one wrote. */
  readonly describe: (reader: string, writer: string) => string
  readonly info?: string
}

export type SchemaRole = 'new' | 'old'

/** As the registry answers it. */
export function printIncompatibility(
  { type, path, describe, info }: Incompatibility,
  reader: SchemaRole,
  writer: SchemaRole,
): string {
  const more = info === undefined ? '' : `, additionalInfo:'${info}'`
  return `{errorType:'${type}', description:'${describe(reader, writer)} (path '${path}')'${more}}`
}
