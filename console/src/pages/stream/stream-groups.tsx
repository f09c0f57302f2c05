import { useGroups } from '../../api/groups.ts'
import { Command } from '../../parts/command.tsx'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { GroupGrid } from '../group/group-grid.tsx'
import { shell } from '../../parts/shell.ts'

/** The consumer groups that read the stream, with their lag in it alone. */
export function StreamGroups({ name }: { readonly name: string }) {
  const groups = useGroups({ stream: name })
  if (groups.isLoadingError) return <ErrorNotice error={groups.error} retry={() => void groups.refetch()} />
  if (!groups.data) return <Loading height={320} />
  const items = groups.data.pages.flatMap((page) => page.items)
  if (items.length === 0)
    return (
      <Empty command={shell`kcat -b "$(weir url kafka)" -G my-group ${name}`}>
        Consumers of a group share the partitions of a stream, and commit how far they are. No group reads this one.
      </Empty>
    )
  return (
    <>
      <div className="row">
        <Command>{shell`weir stream groups --stream ${name}`}</Command>
      </div>
      <GroupGrid groups={items} onEnd={() => void (groups.hasNextPage && groups.fetchNextPage())} />
    </>
  )
}
