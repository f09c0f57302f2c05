import { useNavigate, useSearch } from '@tanstack/react-router'
import { useGroups } from '../../api/groups.ts'
import { Choice } from '../../parts/choice.tsx'
import { Command } from '../../parts/command.tsx'
import { formatCount } from '../../parts/format.ts'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { Page } from '../../parts/page.tsx'
import { Typed } from '../../parts/typed.tsx'
import { GroupGrid } from './group-grid.tsx'

const purpose = 'Consumers of a group share the partitions of streams, and commit how far they are.'
const states = ['Stable', 'Empty', 'PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling'] as const

/** Every consumer group with its lag. */
export function GroupList() {
  const { prefix, state } = useSearch({ from: '/groups' })
  const navigate = useNavigate({ from: '/groups' })
  const groups = useGroups({ prefix, state })
  const set = (change: { readonly prefix?: string | undefined; readonly state?: string | undefined }): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  const items = groups.data?.pages.flatMap((page) => page.items)
  return (
    <Page
      title="Groups"
      aside={
        <span className="push">
          <Command>weir stream groups</Command>
        </span>
      }
    >
      <p className="quiet lead">{purpose}</p>
      <div className="row">
        <Typed label="Prefix" value={prefix} onValue={(value) => set({ prefix: value })} isFirst />
        <Choice label="State" value={state} values={states} onValue={(value) => set({ state: value })} />
        <span className="quiet" role="status">
          {groups.data ? formatCount(groups.data.pages.at(-1)!.total) : null}
        </span>
      </div>
      {groups.isLoadingError ? (
        <ErrorNotice error={groups.error} retry={() => void groups.refetch()} />
      ) : !items ? (
        <Loading height={560} />
      ) : items.length === 0 ? (
        prefix === undefined && state === undefined ? (
          <Empty command={'kcat -b "$(weir url kafka)" -G my-group orders'}>{purpose} There is none yet.</Empty>
        ) : (
          <Empty>No group is like that.</Empty>
        )
      ) : (
        <GroupGrid groups={items} onEnd={() => void (groups.hasNextPage && groups.fetchNextPage())} />
      )}
    </Page>
  )
}
