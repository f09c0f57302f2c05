import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DeltaMetadata, DeltaProtocol } from './delta-action.ts'

/** What a reader has to know for tables of reader version 3, and this one does. */
const knownFeatures = new Set([
  'columnMapping',
  'deletionVectors',
  'timestampNtz',
  'typeWidening',
  'typeWidening-preview',
  'v2Checkpoint',
  'vacuumProtocolCheck',
])

/** `WEIR-4025` for a table that asks of its readers what this one does not know: rows would be read wrongly. */
export function checkProtocol({ minReaderVersion, readerFeatures }: DeltaProtocol, table: string): void {
  if (minReaderVersion > 3)
    throw new WeirError('WEIR-4025', `${table} asks for readers of version ${minReaderVersion}; this one knows 3`)
  const unknown = (readerFeatures ?? []).filter((feature) => !knownFeatures.has(feature))
  if (minReaderVersion === 3 && unknown.length > 0)
    throw new WeirError(
      'WEIR-4025',
      `${table} asks of its readers: ${unknown.join(', ')}; this one knows ${[...knownFeatures].join(', ')}`,
    )
}

/** Columns are found in files by their physical name, which may be another one. */
export function isMapped({ configuration }: DeltaMetadata): boolean {
  const mode = configuration?.['delta.columnMapping.mode']
  return mode === 'name' || mode === 'id'
}
