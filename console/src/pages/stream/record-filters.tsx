import { searchPlaces, type SearchPlace } from '../../api/record-search.ts'
import type { RecordPlace } from '../../api/streams.ts'
import { Typed } from '../../parts/typed.tsx'

type Change = Readonly<Record<string, string | undefined>>

/** Which records are shown. What is typed is asked for when the typing rests. */
export function RecordFilters(props: {
  readonly place: RecordPlace
  readonly text: string | undefined
  readonly where: SearchPlace
  readonly onChange: (change: Change) => void
}) {
  const { place, text, where, onChange } = props
  return (
    <div className="row">
      <Typed label="Search" value={text} onValue={(q) => onChange({ q })} isFirst />
      <label>
        in{' '}
        <select value={where} onChange={(event) => onChange({ where: event.target.value })}>
          {Object.entries(searchPlaces).map(([each, word]) => (
            <option key={each} value={each}>
              {word}
            </option>
          ))}
        </select>
      </label>
      <Typed
        label="Partition"
        short
        value={place.partition}
        onValue={(value) => onChange({ partition: value?.match(/^\d{1,6}(,\d{1,6})*$/)?.[0] })}
      />
      <Typed
        label="From"
        value={place.from}
        onValue={(from) => onChange({ from, offset: undefined })}
        placeholder="newest"
      />
      <label>
        <input
          type="checkbox"
          checked={place.uncommitted === true}
          onChange={(event) => onChange({ uncommitted: event.target.checked ? 'true' : undefined })}
        />{' '}
        Uncommitted too
      </label>
      <span className="quiet">
        From takes beginning, an offset, -10, 10 minutes ago, or a time as 2026-01-05T10:00.
      </span>
    </div>
  )
}
