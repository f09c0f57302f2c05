import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parseJson } from '../json.ts'
import type { Schema } from '../types/type.ts'

/**
 * Metadata of a view as the Iceberg view specification writes it in JSON, keys included, so that what Weir does not know
 * survives a commit.
 */
export interface ViewMetadata {
  readonly 'view-uuid': string
  readonly 'format-version': number
  readonly location: string
  readonly schemas: readonly Schema[]
  readonly 'current-version-id': number
  readonly versions: readonly ViewVersion[]
  /** Which version was made current when, oldest first. */
  readonly 'version-log': readonly ViewLogEntry[]
  readonly properties?: Readonly<Record<string, string>>
}

export interface ViewVersion {
  readonly 'version-id': number
  readonly 'schema-id': number
  readonly 'timestamp-ms': number
  readonly summary: Readonly<Record<string, string>>
  /** One for each dialect. Weir keeps the text of each, and reads none. */
  readonly representations: readonly ViewRepresentation[]
  readonly 'default-catalog'?: string | null
  readonly 'default-namespace': readonly string[]
}

export interface ViewRepresentation {
  /** `sql` is the only one that is specified. */
  readonly type: string
  readonly sql?: string
  readonly dialect?: string
}

export interface ViewLogEntry {
  readonly 'version-id': number
  readonly 'timestamp-ms': number
}

/** The one format version there is. */
export const viewFormatVersion = 1

/** Metadata of a file's text. `WEIR-4008` when it is none, as of a table. */
export function parseViewMetadata(text: string, location: string): ViewMetadata {
  let found: Partial<ViewMetadata> | null
  try {
    found = parseJson(text) as Partial<ViewMetadata> | null
  } catch (cause) {
    throw new WeirError('WEIR-4008', `${location} is not JSON`, { cause })
  }
  if (typeof found?.['view-uuid'] !== 'string' || typeof found.location !== 'string' || !Array.isArray(found.versions))
    throw new WeirError('WEIR-4008', `${location} is not Iceberg view metadata`)
  const version = found['format-version']
  if (version !== viewFormatVersion)
    throw new WeirError('WEIR-4008', `${location} has view format version ${version}; Weir reads ${viewFormatVersion}`)
  const metadata = { 'version-log': [], schemas: [], ...found } as unknown as ViewMetadata
  if (currentVersion(metadata) === undefined)
    throw new WeirError('WEIR-4008', `${location} lacks its current version, ${metadata['current-version-id']}`)
  return metadata
}

export function currentVersion(metadata: ViewMetadata): ViewVersion | undefined {
  return metadata.versions.find((version) => version['version-id'] === metadata['current-version-id'])
}

/** Lower case, for names of dialects are compared without regard to it. */
export function dialectsOf(version: ViewVersion): readonly string[] {
  return version.representations.flatMap(({ dialect }) => (dialect === undefined ? [] : [dialect.toLowerCase()]))
}
