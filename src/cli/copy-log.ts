import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { copyFiles, filesUnder, type Copied } from './copy-tree.ts'

const triesMax = 10

/**
 * Copies a log, also while it is at work. Its notes come first: they must not claim more than the segments that are copied after them hold.
 * Of a folder of segments only the first may go meanwhile, as retention takes them and as a state is written anew behind them. Where
 * compaction put one in the place of others, some of both would be there: then the folder is copied anew. WEIR-2012 when that does not come to an end.
 */
export async function copyLog(from: string, to: string, copy = copyFiles): Promise<Omit<Copied, 'gone'>> {
  const names = (await filesUnder(from)).filter((name) => !name.startsWith('log.lock'))
  const notes = names.filter((name) => !isSegment(name))
  let files = notes.length
  let { bytes } = await copy(from, to, notes)
  for (const folder of new Set(names.filter(isSegment).map((name) => dirname(name)))) {
    const segments = await copySegments(join(from, folder), join(to, folder), copy)
    files += segments.files
    bytes += segments.bytes
  }
  return { files, bytes }
}

async function copySegments(from: string, to: string, copy: typeof copyFiles): Promise<Copied> {
  for (let tries = 0; tries < triesMax; tries++) {
    const names = await segmentsIn(from)
    const copied = await copy(from, to, names)
    if (copied.gone.length === 0 || onlyTheFirstWent(copied.gone, names, await segmentsIn(from))) return copied
    for (const name of names) await rm(join(to, name), { force: true })
  }
  throw new WeirError(
    'WEIR-2012',
    `the segments in ${from} changed while they were copied, ${triesMax} times; take the backup again`,
  )
}

/** And nothing came in the place of those. */
function onlyTheFirstWent(gone: readonly string[], names: readonly string[], now: readonly string[]): boolean {
  const first = names[gone.length]
  return gone.every((name, at) => name === names[at]) && now.every((name) => first !== undefined && name >= first)
}

/** By offset: names begin with it, and it has the same length in all. */
async function segmentsIn(folder: string): Promise<readonly string[]> {
  return (await filesUnder(folder)).filter(isSegment).toSorted()
}

function isSegment(name: string): boolean {
  return name.endsWith('.log')
}
