import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { specById, tableSchema } from '../../metadata/read.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { fieldsById } from '../../types/schema.ts'
import { schemaString } from './schema-string.ts'
import { deltaProperties } from './delta-table.ts'
import { settableKeys } from './table-settings.ts'

/** `WEIR-4027` for a table that a Delta log cannot describe: its types, key, partitioning or place. */
export function checkShape(metadata: TableMetadata): void {
  if (metadata['format-version'] !== 2) throw refusal('its metadata has format version 2, and no other')
  if (metadata.properties?.['write.data.path'] !== undefined)
    throw refusal('its files lie where its log is: write.data.path cannot be set')
  for (const [key, value] of Object.entries(metadata.properties ?? {})) checkProperty(key, value)
  const schema = tableSchema(metadata)
  schemaString(schema.fields)
  if ((schema['identifier-field-ids'] ?? []).length > 0)
    throw refusal('it has no key: deliveries only add to it. Leave the key out')
  const columns = fieldsById(schema.fields)
  for (const { name, transform, 'source-id': source } of specById(metadata, metadata['default-spec-id']).fields) {
    const column = columns.get(source)
    if (transform !== 'identity' || column?.path.length !== 1)
      throw refusal(
        `it is partitioned by columns as they are, not by ${transform} of one (${name}); add a column for it`,
      )
    if (typeof column.type === 'string' && /^(binary|fixed)/.test(column.type))
      throw refusal(`it is not partitioned by bytes (${name}); partition by another column`)
  }
}

/** `WEIR-4027` for a change that Delta's log has no word for. What it lets pass is in the log, or is Weir's alone: tags, settings, old snapshots. */
export function checkChange(before: TableMetadata, after: TableMetadata): void {
  checkShape(after)
  if (after.location !== before.location) throw refusal('it stays where it is')
  if (after['table-uuid'] !== before['table-uuid']) throw refusal('it keeps its UUID')
  for (const key of deltaProperties)
    if (after.properties?.[key] !== before.properties?.[key]) throw refusal(`${key} is set by Weir`)
  const layout = (metadata: TableMetadata): string =>
    JSON.stringify(
      specById(metadata, metadata['default-spec-id']).fields.map((field) => [field['source-id'], field.transform]),
    )
  if (layout(before) !== layout(after)) throw refusal('its partitioning was chosen when it was made')
  const [old, now] = [before, after].map((metadata) => fieldsById(tableSchema(metadata).fields))
  for (const [id, { path, type }] of old!) {
    const found = now!.get(id)
    if (found === undefined) throw refusal(`its columns stay: ${path.join('.')} is not dropped`)
    if (found.path.join('\0') !== path.join('\0'))
      throw refusal(`its columns keep their names: ${path.join('.')} is not renamed`)
    if (typeof type === 'string' && found.type !== type)
      throw refusal(`its columns keep their types: ${path.join('.')} stays ${type}`)
  }
}

/** A setting of Delta that did nothing would be worse than none. */
function checkProperty(key: string, value: string): void {
  if (!key.startsWith('delta.')) return
  if (!(settableKeys as readonly string[]).includes(key))
    throw refusal(`the property ${key} asks for what Weir does not do; there are ${settableKeys.join(', ')}`)
  if (key === 'delta.checkpointInterval' && !/^[1-9]\d{0,8}$/.test(value))
    throw refusal(`${key} is a number of commits, not ${value}`)
}

function refusal(what: string): WeirError {
  return new WeirError('WEIR-4027', `a Delta table is asked for what it cannot be: ${what}`)
}
