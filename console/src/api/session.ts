import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { ApiError, call } from './client.ts'

/** Who looks at this page, as Weir knows it. */
export interface Session {
  /** Null for an administrator without a name. */
  readonly name: string | null
  readonly administrator: boolean
  readonly signedIn: boolean
  readonly hasUsers: boolean
}

const path = '/api/v1/session'
const queryKey = ['session']

export function useSession() {
  return useQuery({
    queryKey,
    staleTime: Infinity,
    queryFn: ({ signal }) => call<Session>('GET', path, undefined, signal),
  })
}

/** Others are shown nothing that Weir would refuse them. */
export function useIsAdministrator(): boolean {
  return useSession().data?.administrator === true
}

/** Whether Weir wants to know who it is before it answers. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401
}

/** What was read for somebody is not shown to somebody else. */
export function useSignIn(): (name: string, password: string) => Promise<void> {
  const queries = useQueryClient()
  return async (name, password) => {
    await call('POST', path, { name, password })
    await forget(queries)
  }
}

export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    await call('DELETE', path)
    await forget(queries)
  }
}

async function forget(queries: QueryClient): Promise<void> {
  await queries.cancelQueries()
  queries.removeQueries({ predicate: ({ queryKey: [first] }) => first !== 'session' })
  await queries.resetQueries({ queryKey })
}
