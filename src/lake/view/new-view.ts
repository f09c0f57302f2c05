import { randomUUID } from 'node:crypto'
import type { Schema } from '../types/type.ts'
import { applyViewUpdates } from './apply-view-updates.ts'
import { viewFormatVersion, type ViewMetadata, type ViewVersion } from './view-metadata.ts'

export interface NewView {
  readonly location: string
  readonly schema: Schema
  readonly version: ViewVersion
  readonly properties: Readonly<Record<string, string>>
  readonly now: number
}

/** A view of one version, 1, and one schema, 0, whatever ids came with them. */
export function newViewMetadata({ location, schema, version, properties, now }: NewView): ViewMetadata {
  const empty: ViewMetadata = {
    'view-uuid': randomUUID(),
    'format-version': viewFormatVersion,
    location: location.replace(/\/+$/, ''),
    schemas: [],
    'current-version-id': -1,
    versions: [],
    'version-log': [],
    properties,
  }
  const first = { ...version, 'version-id': 1, 'schema-id': -1 }
  return applyViewUpdates(
    empty,
    [
      { action: 'add-schema', schema },
      { action: 'add-view-version', 'view-version': first },
      { action: 'set-current-view-version', 'view-version-id': -1 },
    ],
    now,
  )
}
