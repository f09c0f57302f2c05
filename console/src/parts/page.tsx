import { useEffect, type ReactNode } from 'react'

/** Title, what stands beside it, and the page below. */
export function Page({
  title,
  aside,
  children,
}: {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Weir`
  }, [title])
  return (
    <div className="page">
      <header className="head">
        <h1>{title}</h1>
        {aside}
      </header>
      {children}
    </div>
  )
}
