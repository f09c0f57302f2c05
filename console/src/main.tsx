import './tokens.css'
import './styles.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { mayHeal } from './api/client.ts'
import { loadPages, router } from './router.tsx'
import { SignedIn } from './shell/signed-in.tsx'

const queries = new QueryClient({
  defaultOptions: { queries: { retry: mayHeal, staleTime: 2000, refetchOnWindowFocus: true } },
})

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <SignedIn>
        <RouterProvider router={router} />
      </SignedIn>
    </QueryClientProvider>
  </StrictMode>,
)

// The page that was asked for comes first.
setTimeout(loadPages, 2000)
