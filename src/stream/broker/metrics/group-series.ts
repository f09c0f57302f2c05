import type { Registry } from 'prom-client'
import { offsetsOutside } from '../../offset-holes.ts'
import type { Groups } from '../groups/groups.ts'
import type { LiveOffset } from '../groups/offset-table.ts'
import type { TopicStore } from '../topics/topic-store.ts'
import { registerFamily, type Sample } from './register-family.ts'

/** So many groups, and partitions that they committed in, have series of their own; the others are counted. */
const seriesGroupsMax = 500
const seriesGroupPartitionsMax = 10_000

/** Series of consumer groups: state, members, how far they are and how far behind. */
export function registerGroupSeries(registry: Registry, groups: Groups, topics: Pick<TopicStore, 'get'>): void {
  const shown = (): readonly string[] => groups.ids().slice(0, seriesGroupsMax)
  const byGroup = (name: string, help: string, sample: (group: string) => Sample): void =>
    registerFamily(registry, { name, help, type: 'gauge', read: () => shown().map(sample) })
  byGroup('weir_group_members', 'Members of a consumer group', (group) => ({
    labels: { group },
    value: groups.find(group)?.members.size ?? 0,
  }))
  byGroup('weir_group_state', '1 for the state that a consumer group is in', (group) => ({
    labels: { group, state: groups.stateOf(group) },
    value: 1,
  }))
  const byPlace = (name: string, help: string, value: (place: LiveOffset) => number | undefined): void =>
    registerFamily(registry, { name, help, type: 'gauge', read: () => placeSamples(groups, shown(), value) })
  byPlace(
    'weir_group_committed_offset',
    'Where a consumer group is in a partition',
    ({ committed }) => committed.offset,
  )
  byPlace(
    'weir_group_lag_records',
    'Offsets from there to the end of the partition, without those that a restore passed over',
    ({ topic, partition, committed }) => {
      const view = topics.get(topic)?.partitions[partition]?.view
      return view && offsetsOutside(view.holes, committed.offset, view.endOffset)
    },
  )
  registerFamily(registry, {
    name: 'weir_groups_without_series',
    help: `Consumer groups beyond the ${seriesGroupsMax} that have series of their own`,
    type: 'gauge',
    read: () => [{ labels: {}, value: Math.max(0, groups.ids().length - seriesGroupsMax) }],
  })
  registerFamily(registry, {
    name: 'weir_group_partitions_without_series',
    help: `Partitions of consumer groups beyond the ${seriesGroupPartitionsMax} that have series of their own`,
    type: 'gauge',
    read: () => [{ labels: {}, value: Math.max(0, committedCount(groups) - seriesGroupPartitionsMax) }],
  })
}

function placeSamples(
  groups: Groups,
  ids: readonly string[],
  value: (place: LiveOffset) => number | undefined,
): Sample[] {
  const samples: Sample[] = []
  for (const group of ids)
    for (const place of groups.offsets.of(group)) {
      if (samples.length >= seriesGroupPartitionsMax) return samples
      const { topic, partition } = place
      const known = value(place)
      if (known !== undefined) samples.push({ labels: { group, topic, partition }, value: known })
    }
  return samples
}

function committedCount({ offsets }: Groups): number {
  return offsets.groups().reduce((sum, group) => sum + offsets.of(group).length, 0)
}
