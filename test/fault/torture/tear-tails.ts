import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../support/seeded-random.ts'
import type { SyncedBytes } from './synced-ledger.ts'

/** All files below a log's folder, but for its lock, with their bytes. */
export function sizesIn(directory: string): Map<string, number> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name !== 'log.lock').map((name) => join(directory, name))
  return new Map(
    files
      .map((path) => [path, statSync(path)] as const)
      .flatMap(([path, found]) => (found.isFile() ? [[path, found.size]] : [])),
  )
}

/** What a power cut at the moment of the kill leaves of bytes that were not synced; how many files had some. */
export function tearTails(directory: string, synced: SyncedBytes, random: Random): number {
  let torn = 0
  for (const [path, size] of sizesIn(directory)) {
    const kept = synced.get(path) ?? 0
    if (size <= kept || random.chance(0.3)) continue
    tear(path, kept, size, random)
    torn++
  }
  return torn
}

function tear(path: string, kept: number, size: number, random: Random): void {
  const from = kept + random.pick(size - kept + 1)
  const way = random.pick(3)
  if (way === 0) return truncateSync(path, from)
  const bytes = readFileSync(path)
  for (let at = from; at < size; at++) bytes[at] = way === 1 ? 0 : random.pick(256)
  writeFileSync(path, bytes)
}

/** Files that are only appended to: their last bytes are what a write that the kill met left there. */
const appended = /\/(?:checkpoints\.changes|\d{20}\.log)$/

/** Bytes behind the end of some files: garbage, zeros, or the beginning of what lies there already. */
export function addTails(directory: string, random: Random): number {
  const active = [
    ...Map.groupBy(
      [...sizesIn(directory).keys()].filter((path) => appended.test(path)),
      folderOf,
    ).values(),
  ].map((paths) => paths.toSorted().at(-1)!)
  const chosen = active.filter(() => random.chance(0.3))
  for (const path of chosen) {
    const length = 1 + random.pick(400)
    const tails = [
      () => Buffer.alloc(length),
      () => Buffer.from(Array.from({ length }, () => random.pick(256))),
      () => readFileSync(path).subarray(0, length),
    ]
    appendFileSync(path, random.oneOf(tails)())
  }
  return chosen.length
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
