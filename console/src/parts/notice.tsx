import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
import { Age } from './age.tsx'
import { Command } from './command.tsx'
import { shell } from './shell.ts'

/** Code, cause and remedy, and a way to try again. */
export function ErrorNotice(props: {
  readonly error: unknown
  /** In what was asked. */
  readonly where?: string | undefined
  readonly retry?: () => void
}) {
  const { error, where, retry } = props
  const api = error instanceof ApiError ? error : undefined
  const code = api?.code.startsWith('WEIR-') ? api.code : undefined
  return (
    <div className="card error" role="alert">
      <strong>
        <span className="state" data-tone="failed" aria-hidden="true">
          ✕
        </span>{' '}
        {api?.message ?? String(error)}
      </strong>
      {where === undefined ? null : <div>{where}</div>}
      {api?.remedy ? <div className="quiet">{api.remedy}</div> : null}
      <div className="row">
        {retry ? (
          <button type="button" onClick={retry}>
            Try again
          </button>
        ) : null}
        {code ? <Command>{shell`weir explain ${code}`}</Command> : null}
      </div>
    </div>
  )
}

/** What the thing is for, and the command that makes the first one. */
export function Empty({ children, command }: { readonly children: ReactNode; readonly command?: string }) {
  return (
    <div className="card empty">
      <div>{children}</div>
      {command ? <Command>{command}</Command> : null}
    </div>
  )
}

/** Keeps the place of what is on its way. */
export function Loading({ height = 120 }: { readonly height?: number }) {
  return <div className="placeholder" style={{ height }} role="status" aria-label="Loading" />
}

function isLong(value: ReactNode): boolean {
  return typeof value === 'string' && value.length > 13
}

/** A figure with its unit, where it comes from on hover, and its age when it is not fresh. */
export function Figure(props: {
  readonly label: string
  readonly value: ReactNode
  readonly source: string
  readonly note?: ReactNode
  /** When it was learnt, in milliseconds. */
  readonly at?: number | undefined
}) {
  return (
    <div className="card figure" title={props.source}>
      <div className="label">
        {props.label} <Age at={props.at} />
      </div>
      <div className={isLong(props.value) ? 'value long' : 'value'}>{props.value}</div>
      <div className="note">{props.note ?? '\u00a0'}</div>
    </div>
  )
}
