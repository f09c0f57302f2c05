import { useQueryClient } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { followEvents } from '../api/live.ts'
import { isSignedOut, useSession } from '../api/session.ts'
import { ErrorNotice } from '../parts/notice.tsx'
import { SignIn } from './sign-in.tsx'

/** The pages, for whom Weir knows; who is not known is asked for name and password first, and when the session ends. */
export function SignedIn({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient()
  const session = useSession()
  const isAdministrator = session.data?.administrator === true && !isSignedOut(session.error)
  // Others may not follow what happens to all resources.
  useEffect(() => (isAdministrator ? followEvents(queries) : undefined), [isAdministrator, queries])
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ query }) => {
        const isOther = query.queryKey[0] !== 'session'
        if (isOther && isSignedOut(query.state.error) && !isSignedOut(queries.getQueryState(['session'])?.error))
          void queries.invalidateQueries({ queryKey: ['session'] })
      }),
    [queries],
  )
  if (isSignedOut(session.error)) return <SignIn reason={session.error} />
  if (session.data) return children
  if (!session.isLoadingError) return null
  return (
    <main className="sign-in">
      <ErrorNotice error={session.error} retry={() => void session.refetch()} />
    </main>
  )
}
