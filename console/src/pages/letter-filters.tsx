import { useEffect, useState } from 'react'
import { useLetterReasons, type LetterFilter } from '../api/letters.ts'

const typingMs = 300

/** What is shown, and what a replay of all of it means. */
export function LetterFilters(props: {
  readonly filter: LetterFilter
  readonly onFilter: (change: LetterFilter) => void
}) {
  const { filter, onFilter } = props
  const reasons = useLetterReasons()
  const codes = reasons.data ?? []
  const chosen = codes.find(({ code }) => code === filter.code)
  return (
    <div className="row">
      <label>
        Kind{' '}
        <select value={filter.code ?? ''} onChange={(event) => onFilter({ code: event.target.value || undefined })}>
          <option value="">any</option>
          {codes.map(({ code, cause }) => (
            <option key={code} value={code}>
              {cause.replace(/\.$/, '')}
            </option>
          ))}
          {filter.code !== undefined && !chosen ? <option>{filter.code}</option> : null}
        </select>
      </label>
      <Typed label="Reason has" value={filter.reason} onValue={(reason) => onFilter({ reason })} isFirst />
      <Typed
        label="Partition"
        value={filter.partition}
        onValue={(partition) => onFilter({ partition: partition?.match(/^\d{1,6}$/)?.[0] })}
      />
      {chosen ? <span className="quiet">{chosen.remedy}</span> : null}
    </div>
  )
}

/** A field that is asked for when the typing rests, not at each letter. */
function Typed(props: {
  readonly label: string
  readonly value: string | undefined
  readonly onValue: (value: string | undefined) => void
  readonly isFirst?: boolean
}) {
  const { label, value = '', onValue, isFirst } = props
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => onValue(text === '' ? undefined : text), typingMs)
    return () => clearTimeout(timer)
    // Only what is typed starts the wait.
  }, [text])
  return (
    <label>
      {label}{' '}
      <input
        {...(isFirst ? { 'data-filter': true, placeholder: 'press /' } : { className: 'short', placeholder: 'all' })}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  )
}
