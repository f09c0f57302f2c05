import type { FileMode, Files, OpenFile } from '../../../kernel/files/files.ts'

/** Files of segments as readers, or as writers, use them: opened when first needed. Shared by all partitions. */
export interface SegmentFiles {
  /** The file stays readable while `work` runs, whatever is removed or crowded out meanwhile. */
  use<T>(path: string, work: (file: OpenFile) => Promise<T>): Promise<T>
  /** Closes the file as soon as nobody uses it; when this resolves it may be removed. */
  forget(path: string): Promise<void>
}

interface Kept {
  readonly file: Promise<OpenFile>
  users: number
  dropped: boolean
}

/** At most `openMax` files stay open for a next use, those that were used last; the ones in use come on top. */
export function createSegmentFiles(files: Files, openMax: number, mode: FileMode = 'read'): SegmentFiles {
  /** In the order of last use. */
  const kept = new Map<string, Kept>()

  function drop(path: string, entry: Kept): void {
    if (kept.get(path) === entry) kept.delete(path)
    entry.dropped = true
    closeIfUnused(entry)
  }

  function closeIfUnused(entry: Kept): void {
    if (!entry.dropped || entry.users > 0) return
    // What counts of it was synced: there is nothing that closing could lose.
    entry.file.then((file) => file.close()).catch(() => undefined)
  }

  return {
    async use(path, work) {
      const entry = kept.get(path) ?? { file: files.open(path, mode), users: 0, dropped: false }
      kept.delete(path)
      kept.set(path, entry)
      entry.users++
      for (const [oldest, other] of kept) {
        if (kept.size <= openMax) break
        drop(oldest, other)
      }
      try {
        return await work(await entry.file)
      } catch (error) {
        // What went wrong with this file may not go wrong with the next one of that name.
        drop(path, entry)
        throw error
      } finally {
        entry.users--
        closeIfUnused(entry)
      }
    },
    async forget(path) {
      const entry = kept.get(path)
      if (!entry) return
      drop(path, entry)
      // Whoever was about to open it still finds it.
      await entry.file.catch(() => undefined)
    },
  }
}
