import { Link, Outlet } from '@tanstack/react-router'
import { Fragment, useEffect, useState } from 'react'
import { useConnection } from '../api/live.ts'
import { useStaleReason } from '../api/stale.ts'
import { beforeRule, nouns } from './nouns.ts'
import { Palette } from './palette.tsx'
import { applyTheme, currentTheme, nextTheme } from './theme.ts'

let nextPalette = 1

/** The frame around every page: nouns at the left, the page, and the keys that work everywhere. */
export function Shell() {
  // Numbered, so that the end of one that is closing does not close the next.
  const [palette, setPalette] = useState<number>()
  const connected = useConnection()
  const staleReason = useStaleReason()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') setPalette(nextPalette++)
      else if (event.key === '/' && !isTyping(event.target))
        document.querySelector<HTMLInputElement>('[data-filter]')?.focus()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  return (
    <div className="shell">
      <aside className="side">
        <a className="skip" href="#page">
          Skip to the page
        </a>
        <div className="brand">
          <img src="/weir.svg" width="22" height="22" alt="" /> Weir
        </div>
        <nav aria-label="Main">
          {nouns.map(({ label, to }) => (
            <Fragment key={to}>
              {beforeRule.has(label) ? <div className="rule" /> : null}
              <Link
                to={to as '/'}
                className="item"
                activeOptions={{ exact: to === '/', includeSearch: false }}
                activeProps={{ className: 'item active' }}
              >
                {label}
              </Link>
            </Fragment>
          ))}
        </nav>
        <div className="foot">
          <button type="button" onClick={() => setPalette(nextPalette++)}>
            Go to … <span className="quiet">Ctrl-K</span>
          </button>
          <ThemeButton />
        </div>
      </aside>
      <main className="main" id="page" tabIndex={-1}>
        {connected && staleReason === undefined ? null : (
          <div className="banner" role="status">
            ▲ {connected ? staleReason : 'Weir does not answer.'} What you see may be old; this heals by itself.
          </div>
        )}
        <Outlet />
      </main>
      {palette === undefined ? null : (
        <Palette key={palette} onClose={() => setPalette((shown) => (shown === palette ? undefined : shown))} />
      )}
    </div>
  )
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme)
  useEffect(() => applyTheme(theme), [theme])
  return (
    <button type="button" onClick={() => setTheme(nextTheme(theme))}>
      Theme: {theme}
    </button>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  )
}
