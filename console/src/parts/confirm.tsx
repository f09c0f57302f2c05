import { useEffect, useRef, useState, type ReactNode } from 'react'

/** Shows what an action will do before it does it; where data is destroyed, the name has to be typed. */
export function Confirm(props: {
  readonly title: string
  readonly action: string
  readonly typeName?: string
  readonly children: ReactNode
  readonly onConfirm: () => void
  readonly onClose: () => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [typed, setTyped] = useState('')
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} onClose={props.onClose} aria-label={props.title}>
      <form
        method="dialog"
        className="confirm"
        onSubmit={() => {
          props.onConfirm()
        }}
      >
        <h2>{props.title}</h2>
        <div>{props.children}</div>
        {props.typeName === undefined ? null : (
          <label>
            Type <code>{props.typeName}</code> to go on{' '}
            <input value={typed} onChange={(event) => setTyped(event.target.value)} />
          </label>
        )}
        <div className="row">
          <button type="submit" className="primary" disabled={props.typeName !== undefined && typed !== props.typeName}>
            {props.action}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  )
}
