import { existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { Files, OpenFile } from '../../../src/kernel/files/files.ts'

/** How many bytes of each file were synced, by the paths that they have now. */
export type SyncedBytes = ReadonlyMap<string, number>

/**
 * The files, with a note of each sync before it is answered. The notes outlive a kill: what they do not cover was never synced, so
 * nobody may have been told of it.
 */
export function noteSyncs(real: Files, ledger: string): Files {
  const notes = openSync(ledger, 'w')
  const note = (...words: readonly (string | number)[]): void => void writeSync(notes, `${words.join('\t')}\n`)

  function noted(open: OpenFile, isDurable: boolean): OpenFile {
    const { path } = open
    return {
      path,
      read: (target, position) => open.read(target, position),
      close: () => open.close(),
      async write(buffers, position) {
        await open.write(buffers, position)
        if (isDurable) note('synced', path, position + buffers.reduce((sum, { byteLength }) => sum + byteLength, 0))
      },
      async truncate(length) {
        await open.truncate(length)
        note('cut', path, length)
      },
      async sync() {
        const bytes = await real.size(path)
        await open.sync()
        note('synced', path, bytes ?? 0)
      },
    }
  }

  return {
    ...real,
    open: async (path, mode) => noted(await real.open(path, mode), mode === 'durable'),
    async rename(from, to) {
      // Before it: a kill may come behind it.
      note('renames', from, to)
      await real.rename(from, to)
      note('renamed', from, to)
    },
    async remove(path) {
      await real.remove(path)
      note('removed', path)
    },
  }
}

/** `before`: the bytes of the files that were there when the notes began. */
export function readLedger(ledger: string, before: SyncedBytes): SyncedBytes {
  const synced = new Map(before)
  const renaming = new Map<string, string>()
  const rename = (from: string, to: string): void => {
    synced.set(to, synced.get(from) ?? 0)
    synced.delete(from)
    renaming.delete(from)
  }
  for (const line of readFileSync(ledger, 'utf8').split('\n').slice(0, -1)) {
    const [kind, path = '', value = ''] = line.split('\t')
    const known = synced.get(path) ?? 0
    if (kind === 'synced') synced.set(path, Math.max(known, Number(value)))
    else if (kind === 'cut') synced.set(path, Math.min(known, Number(value)))
    else if (kind === 'removed') synced.delete(path)
    else if (kind === 'renames') renaming.set(path, value)
    else rename(path, value)
  }
  for (const [from, to] of renaming) if (!existsSync(from)) rename(from, to)
  return synced
}
