import { useCopy } from './copy.ts'

/** The command line that does the same, to be copied. */
export function Command({ children }: { readonly children: string }) {
  return (
    <span className="command">
      <code>{children}</code>
      <CopyButton what={children} text={children} />
    </span>
  )
}

const shown = { idle: 'Copy', copied: '✓ Copied', refused: '✕ Not copied' } as const

export function CopyButton({ what, text }: { readonly what: string; readonly text: string }) {
  const { state, copy } = useCopy(text)
  return (
    <button type="button" className="bare" aria-label={`${shown[state]} ${what}`} onClick={copy}>
      {shown[state]}
    </button>
  )
}
