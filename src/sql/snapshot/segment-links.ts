import { link, mkdir, stat, unlink } from 'node:fs/promises'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Names of our own for segments that a query reads: their worker may remove its names at any time. */
export interface SegmentLinks {
  /** `gone` when one of them is not there any more. */
  link(paths: readonly string[]): Promise<LinkedSegments | 'gone'>
}

export interface LinkedSegments {
  /** Our name of a segment. */
  pathOf(segment: string): string
  release(): Promise<void>
}

/** A segment is immutable, so queries share a link, and the next one finds the plan and the pages of the last. */
interface HeldLink {
  readonly name: string
  /** Resolves once the link is there, and the file's inode is known. */
  readonly ready: Promise<void>
  inode: number | undefined
  users: number
  /** Set while nobody reads it. */
  idle: NodeJS.Timeout | undefined
}

/** How long a link outlives its last query. Until then it keeps the space of a segment that its worker has removed. */
const lingerMs = 2000

/** Links of an engine before this one are of no use: they are removed first. */
export function openSegmentLinks(directory: string): SegmentLinks {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { force: true })
  const held = new Map<string, HeldLink>()
  let lastId = 0

  const make = (segment: string): HeldLink => {
    const name = join(directory, `${process.pid}-${++lastId}.parquet`)
    const linked = linkOf(segment, name)
    const ready = linked.then((inode) => void (made.inode = inode))
    ready.catch(() => {})
    const made: HeldLink = { name, ready, inode: undefined, users: 0, idle: undefined }
    held.set(segment, made)
    return made
  }
  const remove = (segment: string, entry: HeldLink): void => {
    clearTimeout(entry.idle)
    if (held.get(segment) === entry) held.delete(segment)
    void unlink(entry.name).catch(() => {})
  }
  const release = (segment: string, entry: HeldLink): void => {
    if (--entry.users === 0) entry.idle = setTimeout(() => remove(segment, entry), lingerMs).unref()
  }
  const acquire = async (segment: string): Promise<readonly [string, HeldLink]> => {
    const idle = held.get(segment)
    // A name that was given to another file since: what we hold is not what is asked for.
    if (idle?.users === 0 && wasReplaced(segment, idle)) remove(segment, idle)
    const entry = held.get(segment) ?? make(segment)
    entry.users++
    clearTimeout(entry.idle)
    try {
      await entry.ready
      return [segment, entry]
    } catch (error) {
      if (held.get(segment) === entry) held.delete(segment)
      throw error
    }
  }
  return {
    async link(paths) {
      const results = await Promise.allSettled([...new Set(paths)].map(acquire))
      const taken = new Map(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])))
      const releaseAll = async () => {
        for (const [segment, entry] of taken) release(segment, entry)
        taken.clear()
      }
      const pathOf = (segment: string) => taken.get(segment)!.name
      const failed = results.find((result) => result.status === 'rejected')
      if (!failed) return { pathOf, release: releaseAll }
      await releaseAll()
      if ((failed.reason as NodeJS.ErrnoException).code === 'ENOENT') return 'gone'
      throw failed.reason
    },
  }

  async function linkOf(segment: string, name: string): Promise<number> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await link(segment, name)
    return (await stat(name)).ino
  }
}

/** A segment that its worker has removed is still the one that we hold. At once: a turn of another thread takes far longer. */
function wasReplaced(segment: string, { inode }: HeldLink): boolean {
  const now = statSync(segment, { throwIfNoEntry: false })
  return now !== undefined && inode !== undefined && now.ino !== inode
}
