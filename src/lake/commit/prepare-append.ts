import type { DataFile } from '../manifest/data-file.ts'
import { prepareSnapshot, type SnapshotChange } from './prepare-snapshot.ts'
import type { PreparedSnapshot } from './prepared-commit.ts'

export interface Append extends Omit<SnapshotChange, 'operation' | 'added' | 'removed' | 'keepsState'> {
  /** Durable already. Without any, the snapshot only carries its properties. */
  readonly dataFiles: readonly DataFile[]
}

/** A snapshot that adds rows and changes none. */
export function prepareAppend({ dataFiles, ...append }: Append): Promise<PreparedSnapshot> {
  return prepareSnapshot({ ...append, operation: 'append', added: dataFiles.map((file) => ({ file })) })
}
