import { useLetterReasons, type LetterFilter } from '../api/letters.ts'
import { Typed } from '../parts/typed.tsx'

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
        short
        value={filter.partition}
        onValue={(partition) => onFilter({ partition: partition?.match(/^\d{1,6}$/)?.[0] })}
      />
      {chosen ? <span className="quiet">{chosen.remedy}</span> : null}
    </div>
  )
}
