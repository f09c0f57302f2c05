/** The hash by which Kafka's own clients choose a partition for a key (murmur2, seed 0x9747b28c), as a signed 32-bit number. */
export function murmur2(key: Uint8Array): number {
  const m = 0x5bd1e995
  const length = key.length
  let hash = 0x9747b28c ^ length
  const whole = length & ~3
  for (let at = 0; at < whole; at += 4) {
    let k = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    hash = Math.imul(hash, m) ^ Math.imul(k, m)
  }
  const rest = length - whole
  if (rest >= 3) hash ^= key[whole + 2]! << 16
  if (rest >= 2) hash ^= key[whole + 1]! << 8
  if (rest >= 1) hash = Math.imul(hash ^ key[whole]!, m)
  hash ^= hash >>> 13
  hash = Math.imul(hash, m)
  return hash ^ (hash >>> 15)
}

/** The partition of a key among `count`, the same that Kafka's default partitioner gives. */
export function partitionOfKey(key: Uint8Array, count: number): number {
  return (murmur2(key) & 0x7fffffff) % count
}
