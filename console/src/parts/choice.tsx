/** One of a few values, or any. */
export function Choice(props: {
  readonly label: string
  readonly value: string | undefined
  readonly values: readonly string[]
  readonly onValue: (value: string | undefined) => void
}) {
  const { label, value = '', values, onValue } = props
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => onValue(event.target.value || undefined)}>
        <option value="">any</option>
        {values.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  )
}
