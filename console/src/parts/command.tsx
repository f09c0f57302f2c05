import { useEffect, useState } from 'react'

/** The command line that does the same, to be copied. */
export function Command({ children }: { readonly children: string }) {
  return (
    <span className="command">
      <code>{children}</code>
      <CopyButton label={`Copy ${children}`} text={children} />
    </span>
  )
}

export function CopyButton({ label, text }: { readonly label: string; readonly text: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (): void => void navigator.clipboard.writeText(text).then(() => setCopied(true))
  return (
    <button type="button" className="bare" aria-label={label} onClick={copy}>
      {copied ? '✓ Copied' : 'Copy'}
    </button>
  )
}
