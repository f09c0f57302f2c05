import { link, mkdir, unlink } from 'node:fs/promises'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { quoteText } from '../gate/statement.ts'

/** Names of our own for segments that a query reads: their worker may remove its names at any time. */
export interface SegmentLinks {
  /** `gone` when one of them is not there any more. */
  link(paths: readonly string[]): Promise<LinkedSegments | 'gone'>
}

export interface LinkedSegments {
  /** Our name of a segment, as an SQL text. */
  pathOf(segment: string): string
  release(): Promise<void>
}

/** Links of an engine before this one are of no use: they are removed first. */
export function openSegmentLinks(directory: string): SegmentLinks {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { force: true })
  // A segment is immutable, so queries share a link as long as one of them reads it.
  const held = new Map<string, { readonly name: string; users: number; readonly ready: Promise<void> }>()
  let lastId = 0

  const acquire = async (segment: string): Promise<void> => {
    let entry = held.get(segment)
    if (!entry) {
      const name = join(directory, `${process.pid}-${++lastId}.parquet`)
      entry = { name, users: 0, ready: link(segment, name) }
      held.set(segment, entry)
    }
    entry.users++
    await entry.ready
  }
  const releaseOne = async (segment: string): Promise<void> => {
    const entry = held.get(segment)
    if (!entry || --entry.users > 0) return
    held.delete(segment)
    await unlink(entry.name).catch(() => {})
  }
  return {
    async link(paths) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const results = await Promise.allSettled(paths.map(acquire))
      const release = async () => void (await Promise.all(paths.map(releaseOne)))
      const failed = results.find((result) => result.status === 'rejected')
      if (!failed) return { pathOf: (segment) => quoteText(held.get(segment)!.name), release }
      await release()
      if ((failed.reason as NodeJS.ErrnoException).code === 'ENOENT') return 'gone'
      throw failed.reason
    },
  }
}
