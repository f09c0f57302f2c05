import type { GroupLag, PartitionLag } from '../../stream/groups/group-lag.ts'
import { formatCount } from '../output.ts'
import { tableText } from '../table-text.ts'

/** `-` for what is not known, as Kafka's tools have it. */
export function countOrDash(count: number | null): string {
  return count === null ? '-' : formatCount(count)
}

/** One line for each group. */
export function groupsText(groups: readonly GroupLag[]): string {
  const columns = [
    { title: 'GROUP' },
    { title: 'STATE' },
    { title: 'PROTOCOL' },
    { title: 'MEMBERS', align: 'right' },
    { title: 'LAG', align: 'right' },
    { title: 'STREAMS' },
  ] as const
  return tableText(
    columns,
    groups.map(({ group, state, type, protocolType, members, lag, partitions }) => [
      group,
      state,
      protocolType === '' || protocolType === 'consumer' ? type : protocolType,
      String(members.length),
      countOrDash(lag),
      [...new Set(partitions.map(({ topic }) => topic))].join(', '),
    ]),
  )
}

/** How far a group is in each partition. */
export function lagText(partitions: readonly PartitionLag[]): string {
  const columns = [
    { title: 'STREAM' },
    { title: 'PARTITION', align: 'right' },
    { title: 'COMMITTED', align: 'right' },
    { title: 'END', align: 'right' },
    { title: 'LAG', align: 'right' },
    { title: 'CLIENT' },
    { title: 'MEMBER' },
  ] as const
  return tableText(
    columns,
    partitions.map(({ topic, partition, committed, end, lag, member }) => [
      topic,
      String(partition),
      countOrDash(committed),
      countOrDash(end),
      countOrDash(lag),
      member ? `${member.clientId}@${member.clientHost}` : '-',
      member?.memberId ?? '-',
    ]),
  )
}
