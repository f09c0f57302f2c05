import { useAudit } from '../api/queries.ts'
import { AuditGrid } from '../parts/audit-grid.tsx'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'

/** Who changed what: the audit. */
export function Activity() {
  const audit = useAudit()
  return (
    <Page title="Activity">
      {audit.isLoadingError ? (
        <ErrorNotice error={audit.error} retry={() => void audit.refetch()} />
      ) : !audit.data ? (
        <Loading height={620} />
      ) : audit.data.items.length === 0 ? (
        <Empty command="weir apply">
          Every change of a resource and every decision about data is written down here.
        </Empty>
      ) : (
        <AuditGrid label="Activity" entries={audit.data.items} />
      )}
    </Page>
  )
}
