const [c1, c2] = [0xcc9e2d51, 0x1b873593]

/** Murmur3 of 32 bits, x86 variant, seed 0, as the signed number that the Iceberg specification gives (appendix B). */
export function murmur3(bytes: Buffer): number {
  const whole = bytes.length & ~3
  let hash = 0
  for (let at = 0; at < whole; at += 4) {
    hash ^= scrambled(bytes.readInt32LE(at))
    hash = (Math.imul(rotated(hash, 13), 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8) | bytes[at]!
  hash ^= scrambled(rest) ^ bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

function scrambled(block: number): number {
  return Math.imul(rotated(Math.imul(block, c1), 15), c2)
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
