import { z } from 'zod'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import type { Field } from '../../types/type.ts'
import type { DeltaMetadata, DeltaProtocol } from '../delta-action.ts'
import { settingsProperty } from './delta-table.ts'
import { hasLocalTime } from './schema-string.ts'

/** What the log says of a table beside its columns and files, as far as it is not what Weir begins with. */
export interface DeltaSettings {
  readonly protocol?: DeltaProtocol | undefined
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly createdTime?: number | undefined
  readonly configuration?: Readonly<Record<string, string>> | undefined
}

const shape: z.ZodType<DeltaSettings> = z.object({
  protocol: z
    .object({
      minReaderVersion: z.number(),
      minWriterVersion: z.number(),
      readerFeatures: z.array(z.string()).nullish(),
      writerFeatures: z.array(z.string()).nullish(),
    })
    .optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  createdTime: z.number().optional(),
  configuration: z.record(z.string(), z.string()).optional(),
})

export function settingsOf({ properties }: Pick<TableMetadata, 'properties'>): DeltaSettings {
  return shape.parse(JSON.parse(properties?.[settingsProperty] ?? '{}'))
}

/** Properties of a table that are settings of its log as well: what they ask of writers, Weir does. */
export const settableKeys = [
  'delta.appendOnly',
  'delta.checkpointInterval',
  'delta.dataSkippingNumIndexedCols',
  'delta.deletedFileRetentionDuration',
  'delta.logRetentionDuration',
] as const

/** What the log says of a table's configuration: as other engines left it, and as its properties say. */
export function configurationOf(metadata: Pick<TableMetadata, 'properties'>): Readonly<Record<string, string>> {
  const own = settableKeys.flatMap((key) => {
    const value = metadata.properties?.[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  const others = Object.entries(settingsOf(metadata).configuration ?? {}).filter(
    ([key]) => !(settableKeys as readonly string[]).includes(key),
  )
  return Object.fromEntries([...others, ...own].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** How many commits of Weir are between two checkpoints, where nobody said otherwise: readers read as many files at most. */
const checkpointInterval = 100

/** Whether a checkpoint of a version is written: by the property that all engines of Delta go by. */
export function isCheckpointDue(metadata: Pick<TableMetadata, 'properties'>, version: number): boolean {
  const interval = Number(configurationOf(metadata)['delta.checkpointInterval'])
  return version > 0 && version % (interval >= 1 ? interval : checkpointInterval) === 0
}

const plainProtocol: DeltaProtocol = { minReaderVersion: 1, minWriterVersion: 2 }
/** What writers of version 2 do: from version 7 on each is named. */
const plainFeatures = ['appendOnly', 'invariants']

/** The protocol that columns ask for: no more than it was, unless a time without a zone comes. */
export function protocolFor(fields: readonly Field[], present: DeltaProtocol = plainProtocol): DeltaProtocol {
  const { minReaderVersion: reader, readerFeatures, writerFeatures } = present
  if (!hasLocalTime(fields) || readerFeatures?.includes('timestampNtz')) return present
  return {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: [...(reader === 3 ? (readerFeatures ?? []) : []), 'timestampNtz'],
    writerFeatures: [...(writerFeatures ?? plainFeatures), 'timestampNtz'],
  }
}

/** Features that rows can be read and written under as Weir does it. */
const writtenFeatures = new Set(['appendOnly', 'invariants', 'timestampNtz', 'checkConstraints', 'changeDataFeed'])
const readFeatures = new Set(['timestampNtz'])

/** `WEIR-4025` for what a table asks of its writers that Weir does not do: it would break the table for others. */
export function checkWritable(
  { minReaderVersion, minWriterVersion, readerFeatures, writerFeatures }: DeltaProtocol,
  table: string,
): void {
  const unknown = [
    ...(writerFeatures ?? []).filter((feature) => !writtenFeatures.has(feature)),
    ...(readerFeatures ?? []).filter((feature) => !readFeatures.has(feature)),
  ]
  if (minReaderVersion <= 3 && minWriterVersion <= 7 && unknown.length === 0) return
  const asked =
    unknown.length > 0
      ? `the features ${[...new Set(unknown)].join(', ')}`
      : `readers of version ${minReaderVersion}, writers of ${minWriterVersion}`
  throw new WeirError('WEIR-4025', `${table} asks for ${asked}, under which Weir does not write`)
}

/** `WEIR-4025` for settings and columns that ask for more of a writer than rows. */
export function checkSettings({ configuration, schemaString }: DeltaMetadata, table: string): void {
  const settings = configuration ?? {}
  const constraint = Object.keys(settings).find((key) => key.startsWith('delta.constraints.'))
  if (constraint !== undefined)
    throw new WeirError('WEIR-4025', `${table} has ${constraint}, which Weir does not check; drop the constraint`)
  const mode = settings['delta.columnMapping.mode'] ?? 'none'
  if (mode !== 'none')
    throw new WeirError('WEIR-4025', `${table} maps names of columns (${mode}), which Weir does not write`)
  const [, key] = /"(delta\.(?:invariants|generationExpression|identity\.\w+))"/.exec(schemaString) ?? []
  if (key !== undefined)
    throw new WeirError('WEIR-4025', `${table} has a column with ${key}, which Weir does not write; drop it`)
}

/** `WEIR-4027` when rows may not go: others were promised it, or read what changed. */
export function checkRemoval(metadata: TableMetadata): void {
  const [configuration, table] = [configurationOf(metadata), metadata.location]
  for (const key of ['delta.appendOnly', 'delta.enableChangeDataFeed'])
    if (configuration[key]?.toLowerCase() === 'true')
      throw new WeirError('WEIR-4027', `${table} has ${key}: its rows are only added to`)
}
