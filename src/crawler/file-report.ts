import type { FileColumn, LeftOutFile } from './crawled-table.ts'
import type { LookedFile, TypeReason } from './finding.ts'

/** What became of one file, for people. */
export interface FileReport {
  readonly path: string
  readonly sizeBytes: number
  /** null when nothing of it could be read. */
  readonly format: string | null
  readonly compression: string | null
  /** One sentence for each thing that was decided. */
  readonly why: readonly string[]
  readonly columns: readonly FileColumn[]
  /** The row and the value that left a column no narrower type. */
  readonly typeReasons: readonly TypeReason[]
  /** Rows that were looked at. */
  readonly rows: number | null
  /** Those are all that there are. */
  readonly isWhole: boolean
  /** null for a file of the table. */
  readonly leftOut: { readonly reason: string; readonly detail: string } | null
}

export function fileReports(looked: readonly LookedFile[], leftOut: readonly LeftOutFile[]): readonly FileReport[] {
  const left = new Map(leftOut.map(({ path, reason, detail }) => [path, { reason, detail }]))
  return looked.map(({ path, sizeBytes, finding }) => {
    const about = { path, sizeBytes, leftOut: left.get(path) ?? null }
    if (finding.kind === 'left out')
      return {
        ...about,
        format: null,
        compression: null,
        why: [],
        columns: [],
        typeReasons: [],
        rows: null,
        isWhole: false,
      }
    const { shape, why, typeReasons, rows, isWhole } = finding
    return {
      ...about,
      format: shape.format,
      compression: shape.format === 'parquet' || shape.compression === 'none' ? null : shape.compression,
      why,
      columns: shape.columns.map(({ name, type }) => ({ name, type })),
      typeReasons,
      rows,
      isWhole,
    }
  })
}
