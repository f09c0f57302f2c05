import { useEffect, useState } from 'react'

const typingMs = 300

/** A field that is asked for when the typing rests, not at each letter. */
export function Typed(props: {
  readonly label: string
  readonly value: string | undefined
  readonly onValue: (value: string | undefined) => void
  /** Where `/` leads. */
  readonly isFirst?: boolean
  readonly placeholder?: string
  readonly short?: boolean
}) {
  const { label, value = '', onValue, isFirst, placeholder, short } = props
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
        {...(isFirst ? { 'data-filter': true } : {})}
        {...(short ? { className: 'short' } : {})}
        placeholder={placeholder ?? (isFirst ? 'press /' : 'all')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  )
}
