import { useEffect, useState } from 'react'

const shownMs = 1500

type Copying = 'idle' | 'copied' | 'refused'

/** Copies a text, and says for a moment what became of it. */
export function useCopy(text: string): { readonly state: Copying; readonly copy: () => void } {
  const [state, setState] = useState<Copying>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), shownMs)
    return () => clearTimeout(timer)
  }, [state])
  const copy = (): void => {
    copyText(text).then(
      () => setState('copied'),
      () => setState('refused'),
    )
  }
  return { state, copy }
}

async function copyText(text: string): Promise<void> {
  // Browsers have no clipboard for pages over plain HTTP from another machine; what is selected can be copied there all the same.
  if ('clipboard' in navigator) return navigator.clipboard.writeText(text)
  const before = document.activeElement
  const place = document.createElement('textarea')
  place.value = text
  place.className = 'unseen'
  // A dialog makes everything beside it inert.
  ;(document.querySelector('dialog[open]') ?? document.body).append(place)
  place.select()
  const isCopied = document.execCommand('copy')
  place.remove()
  if (before instanceof HTMLElement) before.focus()
  if (!isCopied) throw new Error('the browser does not let this page copy')
}
