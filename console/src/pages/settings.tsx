import { useQuery } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import { ErrorNotice, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'

/** What runs here and where it listens; settings are changed in the project file. */
export function Settings() {
  const status = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => call<Readonly<Record<string, unknown>>>('GET', '/api/v1/status', undefined, signal),
    refetchInterval: 5000,
  })
  if (status.isError)
    return (
      <Page title="Settings">
        <ErrorNotice error={status.error} retry={() => void status.refetch()} />
      </Page>
    )
  if (!status.data)
    return (
      <Page title="Settings">
        <Loading height={300} />
      </Page>
    )
  return (
    <Page title="Settings">
      <section className="card">
        <h2>This Weir</h2>
        <dl className="facts">
          {Object.entries(status.data).map(([label, value]) => (
            <Fact key={label} label={label} value={value} />
          ))}
        </dl>
      </section>
      <p className="quiet">
        Settings live in weir.config.ts; weir plan shows what a change does. The API is described at{' '}
        <a href="/openapi.json">/openapi.json</a>, metrics are at <a href="/metrics">/metrics</a>.
      </p>
    </Page>
  )
}

function Fact({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{typeof value === 'string' ? value : <pre>{JSON.stringify(value, null, 2)}</pre>}</dd>
    </>
  )
}
