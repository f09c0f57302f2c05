import type { Snapshot } from '../../api/answers.ts'
import { formatCount, formatTime } from '../../parts/format.ts'
import { timelineMarks, type TimelineMark } from './timeline-marks.ts'

const [width, height, top, bottom] = [1000, 120, 22, 98]
const middle = (top + bottom) / 2
const [half, leastBar] = [(bottom - top) / 2, 2]
/** About as wide as a letter of a name. */
const letter = 6.5

/**
 * The snapshots by time: upwards the rows that each added, downwards those that it removed, the highest as high as there is room,
 * by the square root, so that small ones are seen. A picture of the list below, which says the same in words and takes the keyboard.
 */
export function SnapshotTimeline(props: {
  readonly items: readonly Snapshot[]
  readonly from: string
  readonly to: string
  readonly onChoose: (ends: { readonly from: string; readonly to: string }) => void
}) {
  const { items, from, to, onChoose } = props
  const marks = timelineMarks(items)
  const [first, last] = [oldestOf(marks.at(0)!).at, newestOf(marks.at(-1)!).at]
  const most = Math.max(1, ...marks.map(({ rowsAdded, rowsRemoved }) => Math.max(rowsAdded, rowsRemoved)))
  const x = ({ at }: Snapshot): number =>
    last === first ? width / 2 : 14 + ((at - first) / (last - first)) * (width - 28)
  const tall = (rows: number): number => (rows === 0 ? 0 : Math.max(leastBar, Math.sqrt(rows / most) * (half - 2)))
  return (
    <section className="card" aria-label="Timeline">
      <h2>{formatCount(items.length)} snapshots, by time</h2>
      <svg
        className="timeline"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Rows added and removed by ${items.length} snapshots from ${textOf(first)} to ${textOf(last)}`}
      >
        <line className="axis" x1={0} x2={width} y1={middle} y2={middle} />
        {marks.map((mark) => {
          const { snapshots, rowsAdded, rowsRemoved } = mark
          const [newest, oldest] = [newestOf(mark), oldestOf(mark)]
          const place = x(newest)
          const isChosen = snapshots.some(({ id }) => id === from || id === to)
          return (
            <g
              key={newest.id}
              onClick={() => onChoose({ from: oldest.parent ?? oldest.id, to: newest.id })}
              style={{ cursor: 'pointer' }}
            >
              <title>{titleOf(mark)}</title>
              <rect x={place - 6} width={12} y={top} height={bottom - top} fill="transparent" />
              {rowsAdded > 0 ? (
                <rect className="added" x={place - 3} width={6} y={middle - tall(rowsAdded)} height={tall(rowsAdded)} />
              ) : null}
              {rowsRemoved > 0 ? (
                <rect className="removed" x={place - 3} width={6} y={middle} height={tall(rowsRemoved)} />
              ) : null}
              {rowsAdded + rowsRemoved === 0 ? <circle className="removed" cx={place} cy={middle} r={3} /> : null}
              {isChosen ? (
                <rect className="chosen" fill="none" x={place - 7} width={14} y={top - 2} height={bottom - top + 4} />
              ) : null}
            </g>
          )
        })}
        <Names marks={marks} x={x} />
        <text x={0} y={height - 4}>
          {textOf(first)}
        </text>
        <text x={width} y={height - 4} textAnchor="end">
          {textOf(last)}
        </text>
      </svg>
      <p className="note">
        Up: rows added. Down: rows removed. A dot changed no row. Choose one to compare it with the one before
        {marks.length < items.length ? '; those that lie near each other are one bar, and compared together' : ''}.
      </p>
    </section>
  )
}

/** Branches and tags above their snapshots; where there is no room for a name, a dot stands for it. */
function Names(props: { readonly marks: readonly TimelineMark[]; readonly x: (snapshot: Snapshot) => number }) {
  const { marks, x } = props
  let taken = Number.POSITIVE_INFINITY
  // From the newest on, which is asked about most.
  const named = marks.toReversed().flatMap(({ snapshots }) => {
    const snapshot = snapshots.find(({ refs }) => refs.length > 0)
    if (!snapshot) return []
    const text = snapshots.flatMap(({ refs }) => refs).join(', ')
    const [place, room] = [x(snapshot), text.length * letter]
    const anchor = place > width - room / 2 ? 'end' : place < room / 2 ? 'start' : 'middle'
    const left = anchor === 'end' ? place - room : anchor === 'start' ? place : place - room / 2
    const fits = left + room <= taken && room < width
    if (fits) taken = left - letter
    return [{ id: snapshot.id, text, place, anchor, fits } as const]
  })
  return named.map(({ id, text, place, anchor, fits }) =>
    fits ? (
      <text key={id} x={place} y={top - 8} textAnchor={anchor}>
        {text}
      </text>
    ) : (
      <circle key={id} className="named" cx={place} cy={top - 11} r={2}>
        <title>{text}</title>
      </circle>
    ),
  )
}

const newestOf = ({ snapshots }: TimelineMark): Snapshot => snapshots[0]!
const oldestOf = ({ snapshots }: TimelineMark): Snapshot => snapshots.at(-1)!
const textOf = (at: number): string => formatTime(new Date(at).toISOString())

function titleOf(mark: TimelineMark): string {
  const { snapshots, rowsAdded, rowsRemoved } = mark
  const rows = [
    rowsAdded > 0 ? `+${formatCount(rowsAdded)}` : '',
    rowsRemoved > 0 ? `-${formatCount(rowsRemoved)}` : '',
  ]
    .filter(Boolean)
    .join(' ')
  const { operation, by, at } = newestOf(mark)
  const what =
    snapshots.length > 1
      ? `${formatCount(snapshots.length)} snapshots to ${textOf(at)}`
      : `${textOf(at)}: ${operation}${by === null ? '' : ` by ${by}`}`
  return rows === '' ? what : `${what}, ${rows} rows`
}
