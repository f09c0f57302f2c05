import type { CrawledTable, FileShape } from '../crawled-table.ts'
import type { WantedColumn } from './printed-json.ts'

/** The columns of a table that files of a shape have, by the names that the files have for them. */
export function wantedColumns({ columns }: Pick<CrawledTable, 'columns'>, shape: FileShape): readonly WantedColumn[] {
  const found = new Set(shape.columns.map(({ name }) => name))
  return columns.flatMap(({ name, type, isPartition, source = name }) =>
    !isPartition && found.has(source) ? [{ name: source, type }] : [],
  )
}
