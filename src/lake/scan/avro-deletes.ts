import { WeirError } from '../../kernel/errors/weir-error.ts'
import { decodeAvroFile } from '../manifest/avro-file.ts'
import type { AvroSchema } from '../manifest/avro-reader.ts'
import type { DataFile, PartitionValue } from '../manifest/data-file.ts'
import { positionsOf, type Positions } from '../puffin/positions.ts'
import { deletedPathId, deletedPositionId } from './deleted-fields.ts'

/** What a file of deletes in Avro says; DuckDB does not read it, so it becomes part of the statement. */
export interface AvroDeletes {
  /** Rows that are deleted, by the location of their file. */
  readonly positions?: ReadonlyMap<string, Positions>
  /** Values that delete rows: of the columns of `equalityIds`, in the order of the ids, as a partition tuple would hold them. */
  readonly values?: readonly (readonly PartitionValue[])[]
}

/** Values are written into the statement: 100 MB of it, at about 1 KB a row. */
export const avroValuesMax = 100_000

/** Reads what one says. `WEIR-4014` for more values than a statement takes, `WEIR-4008` for a file that is not as its manifest says. */
export function readAvroDeletes(file: DataFile, bytes: Buffer): AvroDeletes {
  const { location, recordCount, content, equalityIds = [] } = file
  if (content === 'equality-deletes' && recordCount > avroValuesMax)
    throw new WeirError(
      'WEIR-4014',
      `${location} deletes rows by ${recordCount} values as Avro, of which up to ${avroValuesMax} in a file are read here`,
    )
  const { schema, records } = decodeAvroFile(bytes, location)
  if (records.length !== recordCount)
    throw wrong(location, `it has ${records.length} rows, the manifest ${recordCount}`)
  const paths = fieldPaths(schema)
  const reading = (id: number): ((record: unknown) => unknown) => {
    const path = paths.get(id)
    if (path === undefined) throw wrong(location, `it has no field ${id}`)
    return (record) => path.reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name], record)
  }
  if (content === 'equality-deletes') {
    const columns = equalityIds.toSorted((a, b) => a - b).map(reading)
    return { values: records.map((record) => columns.map((read) => (read(record) ?? null) as PartitionValue)) }
  }
  const [pathOf, positionOf] = [reading(deletedPathId), reading(deletedPositionId)]
  const byFile = Map.groupBy(records, (record) => String(pathOf(record)))
  return {
    positions: new Map(
      Array.from(byFile, ([path, rows]) => [path, positionsOf(rows.map((row) => Number(positionOf(row))))]),
    ),
  }
}

function wrong(location: string, why: string): WeirError {
  return new WeirError('WEIR-4008', `${location} holds no deletes as its manifest says: ${why}`)
}

interface AvroField {
  readonly name: string
  readonly type: AvroSchema
  readonly 'field-id'?: number
}

/** The names that lead to each field of a record and of the records in it, by Iceberg's ids. */
function fieldPaths(schema: AvroSchema, before: readonly string[] = []): ReadonlyMap<number, readonly string[]> {
  const branches = (Array.isArray(schema) ? schema : [schema]) as readonly AvroSchema[]
  const found = new Map<number, readonly string[]>()
  for (const branch of branches)
    for (const { name, type, 'field-id': id } of (branch as { readonly fields?: readonly AvroField[] }).fields ?? []) {
      const path = [...before, name]
      if (id !== undefined) found.set(id, path)
      for (const [inner, innerPath] of fieldPaths(type, path)) found.set(inner, innerPath)
    }
  return found
}
