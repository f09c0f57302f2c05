import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { batchesIn } from '../../../src/stream/protocol/records/record-cursor.ts'
import type { Random } from '../../support/seeded-random.ts'
import type { Damage, Place } from './history.ts'

const segmentName = /^\d{20}\.log$/

/** Flips a bit of a sealed segment of a stopped log; undefined when none is sealed that is whole. */
export function damageSegment(
  { folder, place, isEncrypted }: { readonly folder: string; readonly place: Place; readonly isEncrypted: boolean },
  known: readonly Damage[],
  random: Random,
): Damage | undefined {
  const names = readdirSync(folder)
    .filter((name) => segmentName.test(name))
    .toSorted()
  const bases = names.map((name) => Number(name.slice(0, 20)))
  const whole = bases.slice(0, -1).filter((base) => !known.some(({ segmentFrom }) => segmentFrom === base))
  if (whole.length === 0) return undefined
  const segmentFrom = random.oneOf(whole)
  const segmentTo = bases[bases.indexOf(segmentFrom) + 1]!
  const path = join(folder, names[bases.indexOf(segmentFrom)]!)
  const hit = isEncrypted ? flipAny(path, random) : flipInBatch(path, random)
  // With its index the segment is not read at the start; without it, it is.
  if (random.chance(0.5)) rmSync(path.replace(/log$/, 'index'), { force: true })
  const { from, to } = hit ?? { from: segmentFrom, to: segmentTo }
  return { ...place, from, to, segmentFrom, segmentTo }
}

/** Which batch it is cannot be told. */
function flipAny(path: string, random: Random): undefined {
  const { size } = statSync(path)
  flip(path, random.pick(size), random)
}

function flipInBatch(path: string, random: Random): { readonly from: number; readonly to: number } {
  const { at, header } = random.oneOf([...batchesIn(readFileSync(path))])
  flip(path, at + random.pick(header.byteLength), random)
  const { baseOffset, lastOffsetDelta } = header
  return { from: baseOffset, to: baseOffset + lastOffsetDelta + 1 }
}

function flip(path: string, at: number, random: Random): void {
  const bytes = readFileSync(path)
  bytes[at]! ^= 1 << random.pick(8)
  writeFileSync(path, bytes)
}
