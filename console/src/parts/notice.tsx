import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'

/** Code, cause and remedy, and a way to try again. */
export function ErrorNotice({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const api = error instanceof ApiError ? error : undefined
  return (
    <div className="card error" role="alert">
      <strong>{api?.message ?? String(error)}</strong>
      {api?.remedy ? <div>{api.remedy}</div> : null}
      <div className="row">
        {api ? <code className="quiet">{api.code}</code> : null}
        {retry ? (
          <button type="button" onClick={retry}>
            Try again
          </button>
        ) : null}
      </div>
    </div>
  )
}

/** What the thing is for, and the command that makes the first one. */
export function Empty({ children, command }: { readonly children: ReactNode; readonly command?: string }) {
  return (
    <div className="card empty">
      <div>{children}</div>
      {command ? <pre>{command}</pre> : null}
    </div>
  )
}

/** Keeps the place of what is on its way. */
export function Loading({ height = 120 }: { readonly height?: number }) {
  return <div className="placeholder" style={{ height }} role="status" aria-label="Loading" />
}

/** A figure with its unit, and where it comes from on hover. */
export function Figure(props: {
  readonly label: string
  readonly value: ReactNode
  readonly source: string
  readonly note?: ReactNode
}) {
  return (
    <div className="card figure" title={props.source}>
      <div className="label">{props.label}</div>
      <div className="value">{props.value}</div>
      {props.note ? <div className="quiet">{props.note}</div> : null}
    </div>
  )
}
