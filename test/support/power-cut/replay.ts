import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { seededRandom, type Random } from '../seeded-random.ts'
import { contentAfter, lastSync } from './content-after.ts'
import type { History, NameCall, RecordedFile } from './history.ts'

/**
 * Builds in `into` what a power cut at that moment may leave. What a completed sync covers is there; of the rest each
 * file and each name has, by the seed, all, some, torn, or nothing. A rename is seen whole or not at all.
 */
export function replayTo(history: History, cut: number, seed: number, into: string): void {
  const random = seededRandom(seed)
  const { folders, names } = namesAfter(history.names, cut, random)
  mkdirSync(into, { recursive: true })
  for (const folder of folders) mkdirSync(join(into, relative(history.root, folder)), { recursive: true })
  const contents = new Map<RecordedFile, Buffer>()
  for (const [path, file] of names) {
    let content = contents.get(file)
    if (content === undefined) {
      content = contentAfter(file, cut, random)
      contents.set(file, content)
    }
    const target = join(into, relative(history.root, path))
    // A file whose folder was lost is lost.
    if (folders.has(dirname(path)) || dirname(path) === history.root) writeFileSync(target, content)
  }
}

interface Names {
  readonly folders: ReadonlySet<string>
  readonly names: ReadonlyMap<string, RecordedFile>
}

function namesAfter(calls: readonly NameCall[], cut: number, random: Random): Names {
  const folders = new Set<string>()
  const names = new Map<string, RecordedFile>()
  // Of a name, what came after a call that was lost is lost too.
  const lostNames = new Set<string>()
  const byFolder = Map.groupBy(calls, ({ path }) => path)
  const syncs = new Map<string, number>()
  const syncedUpTo = (folder: string): number => {
    const known = syncs.get(folder) ?? lastSync(byFolder.get(folder) ?? [], cut)
    syncs.set(folder, known)
    return known
  }
  for (const call of calls) {
    if (call.started > cut || call.kind === 'syncDirectory') continue
    const touched = call.kind === 'rename' ? [call.from, call.path] : [call.path]
    const isKept =
      (call.ended <= cut && isDurable(call, syncedUpTo)) ||
      (random.chance(0.5) && !touched.some((path) => lostNames.has(path)))
    if (isKept) applyName(call, folders, names)
    else for (const path of touched) lostNames.add(path)
  }
  return { folders, names }
}

function isDurable(call: NameCall, syncedUpTo: (folder: string) => number): boolean {
  if (call.ended === Infinity) return false
  // The port promises that folders are synced as they are made.
  if (call.kind === 'makeDirectory') return true
  // Of a rename between folders, the sync of the new one is what counts.
  return call.ended < syncedUpTo(dirname(call.path))
}

function applyName(call: NameCall, folders: Set<string>, names: Map<string, RecordedFile>): void {
  if (call.kind === 'makeDirectory') {
    for (let folder = call.path; dirname(folder) !== folder; folder = dirname(folder)) folders.add(folder)
  } else if (call.kind === 'remove') names.delete(call.path)
  else if (call.kind !== 'syncDirectory') {
    if (call.kind === 'rename') names.delete(call.from)
    names.set(call.path, call.file)
  }
}
