import { Link, useNavigate } from '@tanstack/react-router'
import type { ConsumerGroup } from '../../api/answers.ts'
import { formatCount } from '../../parts/format.ts'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { GroupState } from './group-state.tsx'

const columns: readonly GridColumn<ConsumerGroup>[] = [
  {
    name: 'Group',
    width: 240,
    grows: true,
    cell: ({ group }) => (
      <Link to="/groups/$group" params={{ group }}>
        {group}
      </Link>
    ),
  },
  { name: 'State', width: 180, cell: ({ state }) => <GroupState state={state} /> },
  { name: 'Protocol', width: 110, cell: ({ type, protocolType }) => protocolOf(type, protocolType) },
  { name: 'Members', width: 90, number: true, cell: ({ members }) => members.length },
  { name: 'Lag', width: 120, number: true, cell: ({ lag }) => (lag === null ? 'not known' : formatCount(lag)) },
  {
    name: 'Streams',
    width: 260,
    cell: ({ partitions }) => {
      const names = [...new Set(partitions.map(({ topic }) => topic))].join(', ')
      return <span title={names}>{names}</span>
    },
  },
]

/** Groups in lines; Enter opens one. */
export function GroupGrid(props: { readonly groups: readonly ConsumerGroup[]; readonly onEnd: () => void }) {
  const navigate = useNavigate()
  return (
    <VirtualGrid
      label="Consumer groups"
      rows={props.groups}
      columns={columns}
      height={560}
      keyOf={({ group }) => group}
      onEnd={props.onEnd}
      onOpen={({ group }) => void navigate({ to: '/groups/$group', params: { group } })}
    />
  )
}

function protocolOf(type: string, protocolType: string): string {
  return protocolType === '' || protocolType === 'consumer' ? type : protocolType
}
