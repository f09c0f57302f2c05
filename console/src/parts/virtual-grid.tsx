import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react'

export interface GridColumn<Row> {
  readonly name: string
  readonly width: number
  readonly number?: boolean
  /** Takes the room that is left; without such a column the room stays empty. */
  readonly grows?: boolean
  /** How the rows are sorted by it, where they can be. */
  readonly sorted?: 'ascending' | 'descending' | 'none'
  /** Sorts by it, or the other way round. */
  readonly onSort?: () => void
  readonly cell: (row: Row) => ReactNode
}

const lineHeight = 32
const linesOfPage = 10
/** Of more than these, only the columns in sight are drawn. */
const columnsDrawnMax = 40

/**
 * Draws only the lines in sight, and of many columns those in sight: 100,000 rows of 500 columns cost as much as 30 of 20. Arrows, Page Up and
 * Down, Home and End move, Enter opens, Space marks, Esc lets go. `detail` shows the chosen row in full below.
 */
export function VirtualGrid<Row>(props: {
  readonly label: string
  /** Undefined is a row that is on its way. */
  readonly rows: readonly (Row | undefined)[]
  readonly columns: readonly GridColumn<Row>[]
  readonly height: number
  readonly onOpen?: (row: Row) => void
  /** Space on the chosen line. */
  readonly onMark?: (row: Row) => void
  /** The last lines are in sight: the place to read on. */
  readonly onEnd?: () => void
  /** Which lines are in sight, for lists of which only those are asked for. */
  readonly onSight?: (first: number, last: number) => void
  /** Tells a row from others: then the chosen one stays chosen when rows come in above it. */
  readonly keyOf?: (row: Row) => string
  readonly detail?: (row: Row) => ReactNode
}) {
  const { rows, columns, onOpen, onMark, onEnd, onSight, keyOf, detail } = props
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const [at, setAt] = useState<number>()
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 12,
    scrollPaddingStart: lineHeight,
  })
  const shown = useColumnsInSight(columns, scroller)
  const firstInSight = lines.getVirtualItems().at(0)?.index ?? 0
  const lastInSight = lines.getVirtualItems().at(-1)?.index ?? 0
  useEffect(() => onSight?.(firstInSight, lastInSight), [firstInSight, lastInSight])
  const chosenKey = useRef<string>(undefined)
  const choose = (next: number | undefined): void => {
    const row = next === undefined ? undefined : rows[next]
    chosenKey.current = row === undefined ? undefined : keyOf?.(row)
    setAt(next)
  }
  useEffect(() => {
    if (at === undefined || chosenKey.current === undefined || !keyOf) return
    const row = rows[at]
    if (row !== undefined && keyOf(row) === chosenKey.current) return
    const moved = rows.findIndex((one) => one !== undefined && keyOf(one) === chosenKey.current)
    choose(moved < 0 ? undefined : moved)
  }, [rows])
  useEffect(() => {
    if (rows.length > 0 && lastInSight >= rows.length - 1) onEnd?.()
    // Told again only when another line came into sight.
  }, [lastInSight, rows.length])
  const chosen = at !== undefined && at < rows.length ? rows[at] : undefined
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return
    if (event.key === 'Enter' && chosen !== undefined) onOpen?.(chosen)
    else if (event.key === ' ' && chosen !== undefined && onMark) onMark(chosen)
    else if (event.key === 'Escape') choose(undefined)
    else {
      const next = nextLine(event.key, at, rows.length)
      if (next === undefined) return
      choose(next)
      lines.scrollToIndex(next)
    }
    event.preventDefault()
  }
  const style = lineStyle(columns)
  return (
    <>
      <div
        ref={scroller}
        className="grid"
        style={{ maxHeight: props.height }}
        role="grid"
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        aria-activedescendant={chosen === undefined ? undefined : `${id}-${at}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className="header" style={{ minWidth: style.minWidth }}>
          <div role="row" style={style}>
            {shown.map((at) => (
              <ColumnHeader key={at} of={columns[at]!} at={at} />
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: lines.getTotalSize(), position: 'relative', minWidth: style.minWidth }}>
          {lines.getVirtualItems().map((line) => (
            <div
              key={line.key}
              id={`${id}-${line.index}`}
              className="line"
              role="row"
              aria-rowindex={line.index + 2}
              aria-selected={line.index === at}
              style={{ ...style, height: lineHeight, transform: `translateY(${line.start}px)` }}
              onClick={() => choose(line.index)}
            >
              {shown.map((column) => (
                <Cell key={column} of={columns[column]!} at={column} row={rows[line.index]} />
              ))}
            </div>
          ))}
        </div>
      </div>
      {detail && chosen !== undefined ? <section className="card">{detail(chosen)}</section> : null}
    </>
  )
}

/** The numbers of the columns that are drawn: each stands on a track of its own, whichever others do. */
function useColumnsInSight<Row>(columns: readonly GridColumn<Row>[], scroller: RefObject<HTMLDivElement | null>) {
  const isWide = columns.length > columnsDrawnMax
  const across = useVirtualizer({
    horizontal: true,
    enabled: isWide,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => columns[at]!.width,
    overscan: 4,
  })
  const widths = isWide ? columns.map(({ width }) => width).join() : ''
  useEffect(() => across.measure(), [widths])
  return isWide ? across.getVirtualItems().map(({ index }) => index) : columns.map((_, at) => at)
}

interface Placed<Row> {
  readonly of: GridColumn<Row>
  readonly at: number
}

function Cell<Row>({ of: { number, cell }, at, row }: Placed<Row> & { readonly row: Row | undefined }) {
  return (
    <div
      role="gridcell"
      aria-colindex={at + 1}
      className={number ? 'cell number' : 'cell'}
      style={{ gridColumnStart: at + 1 }}
    >
      {row === undefined ? <span className="quiet">…</span> : cell(row)}
    </div>
  )
}

function ColumnHeader<Row>({ of: { name, number, sorted, onSort }, at }: Placed<Row>) {
  const mark = sorted === 'ascending' ? ' ▲' : sorted === 'descending' ? ' ▼' : ''
  return (
    <div
      role="columnheader"
      aria-colindex={at + 1}
      className={number ? 'cell number' : 'cell'}
      style={{ gridColumnStart: at + 1 }}
      aria-sort={sorted}
    >
      {onSort ? (
        <button type="button" className="sorts" onClick={onSort}>
          {name}
          <span aria-hidden="true">{mark}</span>
        </button>
      ) : (
        name
      )}
    </div>
  )
}

function nextLine(key: string, at: number | undefined, count: number): number | undefined {
  if (count === 0) return undefined
  const from = at ?? -1
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + linesOfPage,
    PageUp: from - linesOfPage,
    Home: 0,
    End: count - 1,
  }
  const target = targets[key]
  return target === undefined ? undefined : Math.min(count - 1, Math.max(0, target))
}

function lineStyle<Row>(columns: readonly GridColumn<Row>[]) {
  const tracks = columns.map(({ width, grows }) => (grows ? `minmax(${width}px, 1fr)` : `${width}px`))
  if (!columns.some(({ grows }) => grows)) tracks.push('minmax(0, 1fr)')
  return {
    display: 'grid',
    gridTemplateColumns: tracks.join(' '),
    minWidth: columns.reduce((sum, { width }) => sum + width, 0),
    width: '100%',
  }
}
