import { Link, Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { Fragment, useEffect, useState } from 'react'
import type { KindDescription } from '../api/kinds.ts'
import { useConnection } from '../api/live.ts'
import { useKinds } from '../api/queries.ts'
import { useIsAdministrator, useSession, useSignOut, type Session } from '../api/session.ts'
import { useStaleReason } from '../api/stale.ts'
import { nounsFor } from './nouns.ts'
import { Palette } from './palette.tsx'
import { applyTheme, currentTheme, nextTheme } from './theme.ts'

let nextPalette = 1
const noKinds: readonly KindDescription[] = []

/** The frame around every page: nouns at the left, the page, and the keys that work everywhere. */
export function Shell() {
  // Numbered, so that the end of one that is closing does not close the next.
  const [palette, setPalette] = useState<number>()
  const connected = useConnection()
  const staleReason = useStaleReason()
  const session = useSession().data
  const isAdministrator = useIsAdministrator()
  const kinds = useKinds().data ?? noKinds
  const isOverview = useLocation().pathname === '/'
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
          {nounsFor(kinds, isAdministrator).map(({ label, to, rule }) => (
            <Fragment key={to}>
              {rule ? <div className="rule" /> : null}
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
          {session ? <Who session={session} /> : null}
        </div>
      </aside>
      <main className="main" id="page" tabIndex={-1}>
        {connected && staleReason === undefined ? null : (
          <div className="banner" role="status">
            ▲ {connected ? staleReason : 'Weir does not answer.'} What you see may be old; this heals by itself.
          </div>
        )}
        {isOverview && !isAdministrator ? <Navigate to={'/resources/table' as '/'} replace /> : <Outlet />}
      </main>
      {palette === undefined ? null : (
        <Palette key={palette} onClose={() => setPalette((shown) => (shown === palette ? undefined : shown))} />
      )}
    </div>
  )
}

/** Who is signed in; nobody is named where nobody has to be. */
function Who({ session: { name, administrator, signedIn } }: { readonly session: Session }) {
  const signOut = useSignOut()
  if (name === null) return null
  return (
    <div className="who" role="group" aria-label="Signed in">
      <span title={administrator ? 'May do everything' : 'May do what policies allow'}>
        {name}
        {administrator ? <span className="quiet"> administrator</span> : null}
      </span>
      {signedIn ? (
        <button type="button" onClick={() => void signOut()}>
          Sign out
        </button>
      ) : null}
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
