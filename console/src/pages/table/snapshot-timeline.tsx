import type { Snapshot } from '../../api/answers.ts'
import { formatCount, formatTime } from '../../parts/format.ts'

const [width, height, top, bottom] = [1000, 120, 22, 98]
const middle = (top + bottom) / 2
const [half, leastBar] = [(bottom - top) / 2, 2]

/**
 * The snapshots by time: upwards the rows that each added, downwards those that it removed, the highest as high as there is room,
 * by the square root, so that small ones are seen. A picture of the list below, which says the same in words and takes the keyboard.
 */
export function SnapshotTimeline(props: {
  readonly items: readonly Snapshot[]
  readonly from: string
  readonly to: string
  readonly onChoose: (snapshot: Snapshot) => void
}) {
  const { items, from, to, onChoose } = props
  const times = items.map(({ at }) => at)
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const most = Math.max(1, ...items.map(({ rowsAdded, rowsRemoved }) => Math.max(rowsAdded ?? 0, rowsRemoved ?? 0)))
  const x = (at: number): number => (last === first ? width / 2 : 14 + ((at - first) / (last - first)) * (width - 28))
  const tall = (rows: number | null): number =>
    rows === null || rows === 0 ? 0 : Math.max(leastBar, Math.sqrt(rows / most) * (half - 2))
  const text = (at: number): string => formatTime(new Date(at).toISOString())
  return (
    <section className="card" aria-label="Timeline">
      <h2>{formatCount(items.length)} snapshots, by time</h2>
      <svg
        className="timeline"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Rows added and removed by ${items.length} snapshots from ${text(first)} to ${text(last)}`}
      >
        <line className="axis" x1={0} x2={width} y1={middle} y2={middle} />
        {items.map((snapshot) => {
          const { id, at, rowsAdded, rowsRemoved, refs } = snapshot
          const place = x(at)
          return (
            <g key={id} onClick={() => onChoose(snapshot)} style={{ cursor: 'pointer' }}>
              <title>{titleOf(snapshot)}</title>
              <rect x={place - 6} width={12} y={top} height={bottom - top} fill="transparent" />
              <rect className="added" x={place - 3} width={6} y={middle - tall(rowsAdded)} height={tall(rowsAdded)} />
              <rect className="removed" x={place - 3} width={6} y={middle} height={tall(rowsRemoved)} />
              {tall(rowsAdded) + tall(rowsRemoved) === 0 ? (
                <circle className="removed" cx={place} cy={middle} r={3} />
              ) : null}
              {id === from || id === to ? (
                <rect className="chosen" fill="none" x={place - 7} width={14} y={top - 2} height={bottom - top + 4} />
              ) : null}
              {refs.length > 0 ? (
                <text x={place} y={top - 8} textAnchor={place > width - 60 ? 'end' : place < 60 ? 'start' : 'middle'}>
                  {refs.join(', ')}
                </text>
              ) : null}
            </g>
          )
        })}
        <text x={0} y={height - 4}>
          {text(first)}
        </text>
        <text x={width} y={height - 4} textAnchor="end">
          {text(last)}
        </text>
      </svg>
      <p className="note">
        Up: rows added. Down: rows removed. A dot changed no row. Choose one to compare it with the one before.
      </p>
    </section>
  )
}

function titleOf({ at, operation, by, rowsAdded, rowsRemoved }: Snapshot): string {
  const rows = [rowsAdded ? `+${formatCount(rowsAdded)}` : '', rowsRemoved ? `-${formatCount(rowsRemoved)}` : '']
    .filter(Boolean)
    .join(' ')
  return `${formatTime(new Date(at).toISOString())}: ${operation}${by === null ? '' : ` by ${by}`}${rows === '' ? '' : `, ${rows} rows`}`
}
