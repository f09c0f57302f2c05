import { useQuery } from '@tanstack/react-query'
import type { Status } from '../api/answers.ts'
import { call } from '../api/client.ts'
import { Command } from '../parts/command.tsx'
import { formatBytes, formatCount } from '../parts/format.ts'
import { ErrorNotice, Figure, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { ProcessState } from '../parts/state.tsx'

/** What runs here and where it listens; settings are changed in the project file. */
export function Settings() {
  const status = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => call<Status>('GET', '/api/v1/status', undefined, signal),
    refetchInterval: 5000,
  })
  return (
    <Page
      title="Settings"
      aside={
        <span className="push">
          <Command>weir status</Command>
        </span>
      }
    >
      {status.isLoadingError ? (
        <ErrorNotice error={status.error} retry={() => void status.refetch()} />
      ) : !status.data ? (
        <Loading height={400} />
      ) : (
        <Running status={status.data} at={status.dataUpdatedAt} />
      )}
      <p className="quiet">
        Settings live in weir.config.ts; weir plan shows what a change does. The API is described at{' '}
        <a href="/openapi.json">/openapi.json</a>, metrics are at <a href="/metrics">/metrics</a>.
      </p>
    </Page>
  )
}

const shownEndpoints = [
  ['http', 'Console and API'],
  ['kafka', 'Kafka'],
  ['postgres', 'SQL'],
  ['iceberg', 'Iceberg catalog'],
] as const

function Running({
  status: { endpoints, processes, disk, warnings },
  at,
}: {
  readonly status: Status
  readonly at: number
}) {
  return (
    <>
      {warnings.map((warning) => (
        <div key={warning} className="banner" role="status">
          ▲ {warning}
        </div>
      ))}
      <section className="card">
        <h2>Endpoints</h2>
        <dl className="facts">
          {shownEndpoints.map(([key, label]) => (
            <div key={key} style={{ display: 'contents' }}>
              <dt>{label}</dt>
              <dd>{endpoints ? <Command>{endpoints[key]}</Command> : 'not known yet'}</dd>
            </div>
          ))}
        </dl>
      </section>
      <div className="cards">
        <Figure
          label="Memory"
          value={formatBytes(processes.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0))}
          source="resident, all processes"
          at={at}
        />
        <Figure
          label="Disk used"
          value={disk ? formatBytes(disk.usedBytes) : 'not known'}
          source="the data directory"
          note={disk ? `of ${formatBytes(disk.budgetBytes)}` : undefined}
          at={at}
        />
        <Figure
          label="Disk free"
          value={disk ? formatBytes(disk.freeBytes) : 'not known'}
          source="the file system"
          at={at}
        />
      </div>
      <section className="card scroll" tabIndex={0} aria-label="Processes">
        <h2>Processes</h2>
        <table>
          <thead>
            <tr>
              <th>Process</th>
              <th>State</th>
              <th className="number">Memory</th>
              <th className="number">Process id</th>
              <th className="number">Restarts</th>
              <th>Reason</th>
            </tr>
          </thead>
          <tbody>
            {processes.map(({ name, state, pid, restarts, reason, bytes }) => (
              <tr key={name}>
                <td>{name}</td>
                <td>
                  <ProcessState state={state} />
                </td>
                <td className="number">{bytes === null ? '–' : formatBytes(bytes)}</td>
                <td className="number">{pid ?? '–'}</td>
                <td className="number">{formatCount(restarts)}</td>
                <td>{reason ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}
