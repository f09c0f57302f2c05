import type { TableFiles } from '../../api/answers.ts'
import { formatBytes, formatCount } from '../../parts/format.ts'

/** How many files are how large. The numbers stand beside the bars. */
export function FileSizes({ of: { sizes, dataFiles } }: { readonly of: TableFiles['summary'] }) {
  if (dataFiles === 0) return null
  const most = Math.max(...sizes.map(({ files }) => files))
  return (
    <section className="card" aria-label="Sizes of the files of rows">
      <h2>Sizes of the files of rows</h2>
      <table>
        <thead>
          <tr>
            <th>Size</th>
            <th className="number">Files</th>
            <th className="number">Together</th>
            <th aria-hidden="true" />
          </tr>
        </thead>
        <tbody>
          {sizes.map(({ below, files, bytes }, at) => (
            <tr key={below ?? 'more'}>
              <td className="whole">{rangeText(sizes[at - 1]?.below ?? 0, below)}</td>
              <td className="number">{formatCount(files)}</td>
              <td className="number">{formatBytes(bytes)}</td>
              <td aria-hidden="true" style={{ width: '60%' }}>
                {files === 0 ? null : <span className="bar" style={{ width: `${(files / most) * 100}%` }} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function rangeText(from: number, below: number | null): string {
  if (below === null) return `${binary(from)} and more`
  return from === 0 ? `below ${binary(below)}` : `${binary(from)} to ${binary(below)}`
}

/** Sizes of files are set in powers of two. */
function binary(bytes: number): string {
  return bytes >= 1 << 20 ? `${bytes / (1 << 20)} MiB` : `${bytes / 1024} KiB`
}
