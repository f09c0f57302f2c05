import type { TableFile } from '../../api/answers.ts'
import { useFileColumns } from '../../api/tables.ts'
import { Command } from '../../parts/command.tsx'
import { formatBytes, formatCount } from '../../parts/format.ts'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'

/** What a file says of its columns: by it a query leaves the file out. */
export function FileBounds(props: { readonly table: string; readonly snapshot: string; readonly file: TableFile }) {
  const { table, snapshot, file } = props
  const columns = useFileColumns(table, snapshot, file.path)
  const count = (value: number | null): string => (value === null ? 'not known' : formatCount(value))
  return (
    <>
      <h2>{file.partition || 'A file of the table'}</h2>
      <div className="row">
        <Command>{file.path}</Command>
      </div>
      <p className="quiet">
        {file.format}, spec {file.specId}, sequence number {file.sequence}. Writers cut long bounds.
      </p>
      {columns.isError ? <ErrorNotice error={columns.error} retry={() => void columns.refetch()} /> : null}
      {columns.isPending ? <Loading height={120} /> : null}
      {columns.data ? (
        <div className="scroll" role="group" tabIndex={0} aria-label="Counts and bounds of its columns">
          <table>
            <thead>
              <tr>
                <th className="number">Field id</th>
                <th>Column</th>
                <th className="number">Bytes</th>
                <th className="number">Values</th>
                <th className="number">Nulls</th>
                <th>Lower bound</th>
                <th>Upper bound</th>
              </tr>
            </thead>
            <tbody>
              {columns.data.items.map(({ id, column, type, bytes, values, nulls, lower, upper }) => (
                <tr key={id}>
                  <td className="number">{id}</td>
                  <td>
                    {column} <span className="note">{type}</span>
                  </td>
                  <td className="number">{bytes === null ? 'not known' : formatBytes(bytes)}</td>
                  <td className="number">{count(values)}</td>
                  <td className="number">{count(nulls)}</td>
                  <td className="mono">{lower ?? <span className="nil">not stated</span>}</td>
                  <td className="mono">{upper ?? <span className="nil">not stated</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  )
}
