import { useEffect, useState } from 'react'
import { ApiError } from '../api/client.ts'
import { useSignIn, useSignOut } from '../api/session.ts'
import { ErrorNotice } from '../parts/notice.tsx'

/** Name and password of a user of the project, or weir and the token. */
export function SignIn({ reason }: { readonly reason: unknown }) {
  const signIn = useSignIn()
  const signOut = useSignOut()
  const hasEnded = reason instanceof ApiError && reason.message.includes('session has ended')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<unknown>()
  const [isAsking, setIsAsking] = useState(false)
  useEffect(() => {
    document.title = 'Sign in · Weir'
  }, [])
  const attempt = (work: () => Promise<void>): void => {
    setIsAsking(true)
    setError(undefined)
    work()
      .catch((thrown: unknown) => {
        setError(thrown)
        setPassword('')
      })
      .finally(() => setIsAsking(false))
  }
  return (
    <main className="sign-in">
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault()
          attempt(() => signIn(name, password))
        }}
      >
        <h1>Sign in to Weir</h1>
        {hasEnded ? <p role="status">The session has ended.</p> : null}
        <label className="stacked">
          User
          <input
            autoFocus
            required
            autoComplete="username"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="stacked">
          Password
          <input
            required
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <div className="row">
          <button type="submit" className="primary" disabled={isAsking}>
            Sign in
          </button>
          {hasEnded ? (
            <button type="button" disabled={isAsking} onClick={() => attempt(signOut)}>
              Go on without a name
            </button>
          ) : null}
        </div>
        {error === undefined ? null : <ErrorNotice error={error} />}
        <p className="quiet">
          Users are those of the project; an administrator without a name is weir, with WEIR_TOKEN as the password.
        </p>
      </form>
    </main>
  )
}
