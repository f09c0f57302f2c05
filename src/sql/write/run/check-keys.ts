import type { FileFilter } from '../../../lake/scan/file-filter.ts'
import type { DataFile } from '../../../lake/manifest/data-file.ts'
import { valueOfSingle } from '../../../lake/types/single-value.ts'
import type { PendingFile, PendingTable } from '../../snapshot/pending-table.ts'
import { sqlError } from '../../sql-error.ts'
import { type KeyColumn, keyConstraint, keyOf } from '../bind/table-key.ts'
import { fileColumn, positionColumn } from '../bind/write-names.ts'
import type { TargetWork } from '../on-target.ts'
import { readFiles } from './write-files.ts'

/** What a statement has written into a table with a key. */
export interface WrittenRows {
  /** Its new rows; of those that it replaces, `gone` has the places. */
  readonly files: readonly PendingFile[]
  readonly gone?: string
  /** Says what brought a key twice. */
  readonly twice?: Error
}

/**
 * The table after a statement that brings keys: SQLSTATE 23505 when it has one of them twice, or the table has a row of it that stays. What
 * was looked for and not found is part of the commit: rows of such keys that others bring until then make it 40001.
 */
export async function withUniqueKeys(
  pending: PendingTable,
  { files, gone, twice }: WrittenRows,
  { run, plan, target }: TargetWork,
): Promise<PendingTable> {
  const key = keyOf(plan.metadata)
  if (key.length === 0 || files.length === 0) return pending
  const items = key.map(({ text }, at) => `${text} AS k${at}`).join(', ')
  const names = key.map((_, at) => `k${at}`).join(', ')
  const fresh = `SELECT ${items} FROM ${readFiles(...files.map(({ path }) => path))}`
  const [double] = await run(`SELECT ${printed(key)} FROM (${fresh}) GROUP BY ${names} HAVING count(*) > 1 LIMIT 1`)
  if (double) throw twice ?? notUnique(double, key, target.name)
  const filter: FileFilter = { any: files.map(({ file }) => withinBounds(file, key)) }
  const held = await plan.rowsIn(filter)
  try {
    const live = `SELECT ${items}, ${fileColumn} AS path, ${positionColumn} AS pos FROM (${held.sql})`
    const stays = gone ? ` ANTI JOIN (${gone}) AS gone USING (path, pos)` : ''
    const [found] = await run(
      `SELECT ${printed(key)} FROM (${live}) AS live SEMI JOIN (${fresh}) AS fresh USING (${names})${stays} LIMIT 1`,
    )
    if (found) throw notUnique(found, key, target.name)
  } finally {
    await held.release()
  }
  const snapshotId = plan.committed.snapshot?.['snapshot-id'] ?? null
  const before = pending.absent
  return {
    ...pending,
    absent: { snapshotId, ...before, filter: { any: [...(before ? [before.filter] : []), filter] } },
  }
}

/** As PostgreSQL prints it. */
function printed(key: readonly KeyColumn[]): string {
  return key.map((_, at) => `k${at}::VARCHAR AS k${at}`).join(', ')
}

function notUnique(row: Readonly<Record<string, unknown>>, key: readonly KeyColumn[], table: string): Error {
  const names = key.map(({ name }) => name).join(', ')
  return sqlError('WEIR-6005', `duplicate key value violates unique constraint "${keyConstraint(table)}"`, {
    sqlstate: '23505',
    detail: `Key (${names})=(${Object.values(row).join(', ')}) already exists.`,
    hint: `INSERT … ON CONFLICT (${names}) DO UPDATE changes the rows that are there, ON CONFLICT DO NOTHING leaves them.`,
  })
}

/** What a file's bounds say of the keys in it: others have no row of them where none of their files is within these. */
function withinBounds({ lowerBounds, upperBounds }: DataFile, key: readonly KeyColumn[]): FileFilter {
  const all = key.flatMap(({ id, type }): FileFilter[] => {
    const [lower, upper] = [lowerBounds?.get(id), upperBounds?.get(id)]
    return [
      ...(lower ? [{ fieldId: id, test: '>=' as const, value: valueOfSingle(type, lower) }] : []),
      ...(upper ? [{ fieldId: id, test: '<=' as const, value: valueOfSingle(type, upper) }] : []),
    ]
  })
  return { all }
}
