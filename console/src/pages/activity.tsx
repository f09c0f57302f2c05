import { Link } from '@tanstack/react-router'
import { useAudit } from '../api/queries.ts'
import { formatTime } from '../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'

/** Who changed what: the audit. */
export function Activity() {
  const audit = useAudit()
  if (audit.isError)
    return (
      <Page title="Activity">
        <ErrorNotice error={audit.error} retry={() => void audit.refetch()} />
      </Page>
    )
  if (!audit.data)
    return (
      <Page title="Activity">
        <Loading height={400} />
      </Page>
    )
  if (audit.data.items.length === 0)
    return (
      <Page title="Activity">
        <Empty command="npx weir apply">
          Every change of a resource and every decision about data is written down here.
        </Empty>
      </Page>
    )
  return (
    <Page title="Activity">
      <section className="card scroll">
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>Who</th>
              <th>What</th>
              <th>Resource</th>
              <th>Detail</th>
            </tr>
          </thead>
          <tbody>
            {audit.data.items.map(({ at, actor, action, kind, name, detail }) => (
              <tr key={`${at}${kind}${name}${action}`}>
                <td>{formatTime(at)}</td>
                <td>{actor}</td>
                <td>{action}</td>
                <td>
                  <Link to="/resources/$kind/$name" params={{ kind, name }} search={{ tab: 'History' }}>
                    {kind} {name}
                  </Link>
                </td>
                <td>
                  <code>{detail === null || detail === undefined ? '' : JSON.stringify(detail)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Page>
  )
}
