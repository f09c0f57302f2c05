import { useNow } from './clock.ts'
import { formatAge, formatTime } from './format.ts'

const freshMs = 5000

/** How old a figure is, said only when it is older than five seconds. `at` is in milliseconds; undefined is not known. */
export function Age({ at }: { readonly at: number | undefined }) {
  const now = useNow()
  if (at === undefined || at === 0 || now - at <= freshMs) return null
  return <span className="age">{formatAge(now - at)} old</span>
}

/** `4 s ago`, counting on; the moment itself on hover. */
export function Ago({ at }: { readonly at: string | null }) {
  const now = useNow()
  if (at === null) return <span className="quiet">none yet</span>
  return (
    <time dateTime={at} title={formatTime(at)}>
      {formatAge(now - Date.parse(at))} ago
    </time>
  )
}
