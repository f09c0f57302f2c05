/** Four times 32 bits. */
export type KeyHash = Uint32Array

/**
 * MurmurHash3, x86, 128 bits, over a part of a buffer. Two keys of a million share a hash once in 10^26 passes; the seed is new
 * with each pass, so two that do once do not again.
 */
export function hashKey(buffer: Buffer, start: number, end: number, seed: number, into: KeyHash): void {
  const lanes = into.fill(seed)
  const blocksEnd = start + ((end - start) & ~15)
  for (let at = start; at < blocksEnd; at += 16) {
    for (let lane = 0; lane < 4; lane++) {
      const mixed = mixLane(lanes[lane]! ^ spread(buffer.readInt32LE(at + lane * 4), lane), lane)
      lanes[lane] = Math.imul((mixed + lanes[(lane + 1) & 3]!) | 0, 5) + blockSalts[lane]!
    }
  }
  for (let lane = 0, at = blocksEnd; at < end; lane++, at += 4)
    lanes[lane]! ^= spread(littleEndian(buffer, at, Math.min(end, at + 4)), lane)
  finish(lanes, end - start)
}

const multipliers = Int32Array.of(0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93)
const wordRotations = Uint8Array.of(15, 16, 17, 18)
const laneRotations = Uint8Array.of(19, 17, 15, 13)
const blockSalts = Int32Array.of(0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17)

function spread(word: number, lane: number): number {
  const first = Math.imul(word, multipliers[lane]!)
  return Math.imul(rotate(first, wordRotations[lane]!), multipliers[(lane + 1) & 3]!)
}

function mixLane(value: number, lane: number): number {
  return rotate(value, laneRotations[lane]!)
}

function finish(lanes: KeyHash, length: number): void {
  for (let lane = 0; lane < 4; lane++) lanes[lane]! ^= length
  addUp(lanes)
  for (let lane = 0; lane < 4; lane++) lanes[lane] = avalanche(lanes[lane]!)
  addUp(lanes)
}

function addUp(lanes: KeyHash): void {
  lanes[0] = lanes[0]! + lanes[1]! + lanes[2]! + lanes[3]!
  for (let lane = 1; lane < 4; lane++) lanes[lane] = lanes[lane]! + lanes[0]!
}

function avalanche(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

function littleEndian(buffer: Buffer, start: number, end: number): number {
  let word = 0
  for (let at = end - 1; at >= start; at--) word = (word << 8) | buffer[at]!
  return word
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}
