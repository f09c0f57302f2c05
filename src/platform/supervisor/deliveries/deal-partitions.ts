/**
 * Which partitions each member reads: counts differ by one at most, and as few as possible change hands. `held` are those that each has
 * now; a member that is new has none.
 */
export function dealPartitions<Member>(
  partitions: readonly number[],
  held: ReadonlyMap<Member, readonly number[]>,
): ReadonlyMap<Member, readonly number[]> {
  const members = [...held.keys()]
  if (members.length === 0) return new Map()
  const there = new Set(partitions)
  // Whoever has the most keeps the one more that some have.
  const byCount = members.toSorted((a, b) => held.get(b)!.length - held.get(a)!.length)
  const least = Math.floor(partitions.length / members.length)
  const withOneMore = partitions.length % members.length
  const room = new Map(byCount.map((member, at) => [member, least + (at < withOneMore ? 1 : 0)]))
  const taken = new Set<number>()
  const dealt = new Map<Member, number[]>()
  for (const member of members) {
    const kept = held.get(member)!.filter((partition) => there.has(partition) && !taken.has(partition))
    const share = kept.slice(0, room.get(member))
    for (const partition of share) taken.add(partition)
    dealt.set(member, share)
  }
  const free = partitions.filter((partition) => !taken.has(partition))
  for (const [member, share] of dealt) share.push(...free.splice(0, room.get(member)! - share.length))
  return new Map([...dealt].map(([member, share]) => [member, share.toSorted((a, b) => a - b)]))
}
