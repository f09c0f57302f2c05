/** Kafka keeps offsets in this topic. Here there is none, but operators are shown groups as they know them. */
export const offsetsTopic = '__consumer_offsets'
const partitions = 50

/** The partition that a group's offsets lie in, as Kafka's tools work it out: Java's hash of the text. */
export function offsetsPartitionOf(group: string): number {
  let hash = 0
  for (let at = 0; at < group.length; at++) hash = (Math.imul(hash, 31) + group.charCodeAt(at)) | 0
  return (hash & 0x7fffffff) % partitions
}
