import type { ReactNode } from 'react'

/** A record in full; JSON is laid out, anything else is shown as it is. */
export function RecordDetail(props: {
  readonly title: string
  readonly value: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly children?: ReactNode
}) {
  const headers = Object.entries(props.headers ?? {})
  return (
    <>
      <h2>{props.title}</h2>
      {props.children}
      {headers.length > 0 ? (
        <dl className="facts">
          {headers.map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd className="mono">{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      <pre className="code">{props.value === null ? 'null (a tombstone)' : laidOut(props.value)}</pre>
    </>
  )
}

const laidOutMax = 100_000

/** Parsing would round numbers beyond 2^53: then the text stays as it came. */
function laidOut(value: string): string {
  if (value.length > laidOutMax || /\d{16}/.test(value)) return value
  try {
    return JSON.stringify(JSON.parse(value), null, 2)
  } catch {
    return value
  }
}
