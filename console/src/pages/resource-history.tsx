import { useAudit } from '../api/queries.ts'
import type { Resource } from '../api/resource.ts'
import { AuditGrid } from '../parts/audit-grid.tsx'
import { Empty, ErrorNotice, Loading } from '../parts/notice.tsx'

/** Who changed it, and what became of it. */
export function ResourceHistory({ resource }: { readonly resource: Resource }) {
  const audit = useAudit(resource)
  if (audit.isLoadingError) return <ErrorNotice error={audit.error} retry={() => void audit.refetch()} />
  if (!audit.data) return <Loading height={300} />
  if (audit.data.items.length === 0) return <Empty>Nothing has changed it since it was made.</Empty>
  return <AuditGrid label={`History of ${resource.name}`} entries={audit.data.items} />
}
