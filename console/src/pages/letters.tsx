import { useState } from 'react'
import { useLetters, type LetterFilter } from '../api/letters.ts'
import type { DeadLetter } from '../api/answers.ts'
import { Age } from '../parts/age.tsx'
import { formatCount } from '../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { LetterFilters } from './letter-filters.tsx'
import { LetterGrid } from './letter-grid.tsx'
import { ReplayLetters } from './replay-letters.tsx'
import { shell } from '../parts/shell.ts'

/** The dead letters of one delivery: all or filtered, page after page, and their replay. */
export function Letters(props: {
  readonly delivery: string
  readonly stream: string | undefined
  readonly filter: LetterFilter
  readonly onFilter: (change: LetterFilter) => void
}) {
  const { delivery, stream, filter, onFilter } = props
  const letters = useLetters(delivery, filter)
  const [chosen, setChosen] = useState<ReadonlyMap<string, DeadLetter>>(new Map())
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  const pages = letters.data?.pages ?? []
  const items = pages.flatMap((page) => page.items)
  const total = pages.at(-1)?.total ?? 0
  const toggle = (letter: DeadLetter): void => {
    const next = new Map(chosen)
    if (!next.delete(keyOf(letter))) next.set(keyOf(letter), letter)
    setChosen(next)
  }
  if (letters.isLoadingError) return <ErrorNotice error={letters.error} retry={() => void letters.refetch()} />
  return (
    <>
      <LetterFilters filter={filter} onFilter={onFilter} />
      {!letters.data ? <Loading height={460} /> : null}
      {letters.data ? (
        <ReplayLetters
          delivery={delivery}
          filter={filter}
          isFiltered={isFiltered}
          total={total}
          found={items.length}
          isAll={!letters.hasNextPage}
          chosen={[...chosen.values()]}
          onDone={() => setChosen(new Map())}
        />
      ) : null}
      {letters.data && items.length === 0 ? (
        <Empty command={shell`weir dead-letters ${delivery}`}>
          {isFiltered && total > 0
            ? `None of the ${formatCount(total)} dead letters of ${delivery} is like that.`
            : `No dead letters: every record that ${delivery} has committed fitted its table.`}
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <>
          <p className="quiet lead" role="status">
            {letters.hasNextPage
              ? `The first ${formatCount(items.length)}${isFiltered ? ' of those' : ` of ${formatCount(total)}`} are here; more come as you go down.`
              : `All ${formatCount(items.length)}${isFiltered ? ' like that' : ''} are here.`}{' '}
            {letters.isFetchingNextPage ? 'Reading on …' : null} <Age at={letters.dataUpdatedAt} />
          </p>
          <LetterGrid
            letters={items}
            stream={stream}
            isChosen={(letter) => chosen.has(keyOf(letter))}
            onToggle={toggle}
            onEnd={() => {
              if (letters.hasNextPage && !letters.isFetchingNextPage) void letters.fetchNextPage()
            }}
          />
        </>
      ) : null}
    </>
  )
}

function keyOf({ source, partition, offset }: DeadLetter): string {
  return `${source}/${partition}/${offset}`
}
