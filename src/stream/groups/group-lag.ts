import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import type { CommittedPartition, GroupDescription, GroupMember } from '../client/kafka-groups.ts'

/** How far a group is in one partition. */
export interface PartitionLag {
  readonly topic: string
  readonly partition: number
  /** null when nothing was committed: the group's `auto.offset.reset` decides where it begins. */
  readonly committed: number | null
  /** null when there is no such topic any more. */
  readonly start: number | null
  readonly end: number | null
  /** Records between committed and end, offsets counted; null when one of them is not known. */
  readonly lag: number | null
  /** Who reads it now. */
  readonly member: Pick<GroupMember, 'memberId' | 'clientId' | 'clientHost'> | null
}

export interface GroupLag extends GroupDescription {
  /** By topic, then partition. */
  readonly partitions: readonly PartitionLag[]
  /** Of all partitions where it is known; null when it is of none. */
  readonly lag: number | null
}

type Asked = Pick<KafkaClient, 'groups' | 'offsets'>

/** So many groups are asked at the same time. */
const groupsAtOnce = 32

/** Those of these groups that exist, with what they committed and how far behind they are. */
export async function describeLag(client: Asked, names: readonly string[]): Promise<GroupLag[]> {
  const found: GroupLag[] = []
  for (let at = 0; at < names.length; at += groupsAtOnce)
    found.push(...(await describeSome(client, names.slice(at, at + groupsAtOnce))))
  return found
}

/** One group; WEIR-3121 proposes the nearest when there is none of that name. */
export async function describeGroupLag(client: Asked, name: string): Promise<GroupLag> {
  const [group] = await describeLag(client, [name])
  if (group) return group
  throw await noSuchGroup(client, name)
}

async function describeSome(client: Asked, names: readonly string[]): Promise<GroupLag[]> {
  const groups = await client.groups.describe(names)
  const committed = new Map(
    await Promise.all(groups.map(async ({ group }) => [group, await client.groups.committed(group)] as const)),
  )
  const topics = new Set(groups.flatMap((group) => topicsOf(group, committed.get(group.group)!)))
  const [starts, ends] = await Promise.all([
    client.offsets.listTopics([...topics], 'start'),
    client.offsets.listTopics([...topics], 'end'),
  ])
  return groups.map((group) => lagOf(group, committed.get(group.group)!, starts, ends))
}

async function noSuchGroup({ groups }: Pick<KafkaClient, 'groups'>, name: string): Promise<WeirError> {
  const known = (await groups.list()).map(({ group }) => group)
  const near = nearestName(name, known)
  return new WeirError(
    'WEIR-3121',
    `there is no consumer group "${name}".${near === undefined ? ' weir stream groups lists them' : ` Did you mean ${near}?`}`,
  )
}

function topicsOf({ members }: GroupDescription, committed: readonly CommittedPartition[]): string[] {
  const assigned = members.flatMap(({ assignment = [] }) => assignment.map(({ topic }) => topic))
  return [...committed.map(({ topic }) => topic), ...assigned]
}

type OffsetsByTopic = ReadonlyMap<string, ReadonlyMap<number, number>>

function lagOf(
  group: GroupDescription,
  committed: readonly CommittedPartition[],
  starts: OffsetsByTopic,
  ends: OffsetsByTopic,
): GroupLag {
  const owners = ownersOf(group.members)
  const offsets = new Map(committed.map(({ topic, partition, offset }) => [placeOf(topic, partition), offset]))
  const partitions = [...new Set([...offsets.keys(), ...owners.keys()])].map((place): PartitionLag => {
    const { topic, partition } = partsOf(place)
    const end = ends.get(topic)?.get(partition) ?? null
    const at = offsets.get(place) ?? null
    return {
      topic,
      partition,
      committed: at,
      start: starts.get(topic)?.get(partition) ?? null,
      end,
      lag: at === null || end === null ? null : Math.max(0, end - at),
      member: owners.get(place) ?? null,
    }
  })
  const known = partitions.flatMap(({ lag }) => lag ?? [])
  return {
    ...group,
    partitions: partitions.toSorted(byPlace),
    lag: known.length === 0 ? null : known.reduce((sum, lag) => sum + lag, 0),
  }
}

function ownersOf(members: readonly GroupMember[]): Map<string, NonNullable<PartitionLag['member']>> {
  return new Map(
    members.flatMap(({ memberId, clientId, clientHost, assignment = [] }) =>
      assignment.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => [placeOf(topic, partition), { memberId, clientId, clientHost }] as const),
      ),
    ),
  )
}

function byPlace(one: PartitionLag, other: PartitionLag): number {
  if (one.topic === other.topic) return one.partition - other.partition
  return one.topic < other.topic ? -1 : 1
}

/** No topic has a slash in its name. */
function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}

function partsOf(place: string): { readonly topic: string; readonly partition: number } {
  const at = place.indexOf('/')
  return { topic: place.slice(0, at), partition: Number(place.slice(at + 1)) }
}
