import { useEffect, useState } from 'react'

/** The command line that does the same, to be copied. */
export function Command({ children }: { readonly children: string }) {
  return (
    <span className="command">
      <code>{children}</code>
      <CopyButton what={children} text={children} />
    </span>
  )
}

export function CopyButton({ what, text }: { readonly what: string; readonly text: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (): void => void navigator.clipboard.writeText(text).then(() => setCopied(true))
  const shown = copied ? '✓ Copied' : 'Copy'
  return (
    <button type="button" className="bare" aria-label={`${shown} ${what}`} onClick={copy}>
      {shown}
    </button>
  )
}
