import type { Schema } from '../types/type.ts'
import { isToldByNames } from './by-ids.ts'
import { isConverted } from './hold-scanned.ts'
import type { OwnFile } from './own-columns.ts'
import type { Scan, ScannedFile } from './plan-scan.ts'
import { footerOf } from './read-footer.ts'

/**
 * Which files have to be asked themselves what columns they have: all of a table that took over files without ids, or in which names
 * inside structs do not tell fields apart; else copies of files in Avro, and those that may lack a column of which their partition has the value.
 */
export function needsFooter(
  { schema, specs = [], mapping }: Pick<Scan, 'schema' | 'specs' | 'mapping'>,
  schemas: readonly Schema[],
): (file: ScannedFile) => boolean {
  if (mapping !== undefined || !isToldByNames(schema, schemas)) return () => true
  const lacks = mayLack({ schema, specs })
  // Copies of rows in Avro call each field by its id, which names inside structs would not find.
  return (file) => isConverted(file) || lacks(file)
}

function mayLack({ schema, specs = [] }: Pick<Scan, 'schema' | 'specs'>): (file: ScannedFile) => boolean {
  const present = new Map(schema.fields.map((field) => [field.id, field]))
  const identities = new Map(
    specs.map((spec) => [
      spec['spec-id'],
      spec.fields.flatMap((field, at) =>
        field.transform === 'identity' && present.has(field['source-id']) ? [{ id: field['source-id'], at }] : [],
      ),
    ]),
  )
  return ({ specId, partition, columnSizes, valueCounts }) =>
    (identities.get(specId) ?? []).some(
      // A null of the partition is a null of the column, and not what its default says.
      ({ id, at }) =>
        (partition[at] != null || present.get(id)?.['initial-default'] != null) &&
        columnSizes?.has(id) !== true &&
        valueCounts?.has(id) !== true,
    )
}

export function ownFile(file: ScannedFile, pathOf: (location: string) => string): OwnFile {
  const path = pathOf(file.location)
  return { ...footerOf({ path, file }), path, file }
}
