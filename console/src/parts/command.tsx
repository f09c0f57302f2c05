import { useEffect, useState } from 'react'

/** The command line that does the same, to be copied. */
export function Command({ children }: { readonly children: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (): void => void navigator.clipboard.writeText(children).then(() => setCopied(true))
  return (
    <span className="command">
      <code>{children}</code>
      <button type="button" className="bare" aria-label={`Copy ${children}`} onClick={copy}>
        {copied ? '✓ Copied' : 'Copy'}
      </button>
    </span>
  )
}
