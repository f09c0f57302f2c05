import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { durably } from '../../../src/kernel/files/durably.ts'
import type { Files, OpenFile } from '../../../src/kernel/files/files.ts'
import type { ContentCall, History, NameCall, RecordedFile, Span } from './history.ts'

type WithoutSpan<T> = T extends unknown ? Omit<T, 'started' | 'ended'> : never

export interface Recording {
  /** Does what the real one does, and remembers it. */
  readonly files: Files
  readonly history: History
  /** A moment to cut at: what was answered before it, was answered before the cut. */
  now(): number
}

/** Records the file calls below `root`; what is there already counts as durable. */
export function recordFiles(real: Files, root: string): Recording {
  const history: History = { root, names: [] }
  const live = new Map<string, RecordedFile>()
  let clock = 0
  const span = (): Span => ({ started: ++clock, ended: Infinity })
  const timed = async <T>(call: Span, work: () => Promise<T>): Promise<T> => {
    const result = await work()
    call.ended = ++clock
    return result
  }
  const name = (call: WithoutSpan<NameCall>): NameCall => {
    const made = { ...call, ...span() } as NameCall
    history.names.push(made)
    return made
  }
  const content = (file: RecordedFile, call: WithoutSpan<ContentCall>): ContentCall => {
    const made = { ...call, ...span() } as ContentCall
    file.calls.push(made)
    return made
  }
  /** A file that other code wrote, as it is now: nothing of it is durable. */
  const find = (path: string): RecordedFile => {
    const known = live.get(path)
    if (known !== undefined) return known
    const file: RecordedFile = { calls: [] }
    name({ kind: 'create', path, file }).ended = clock
    content(file, { kind: 'found', bytes: readFileSync(path) }).ended = clock
    live.set(path, file)
    return file
  }
  takeIn(root, find, name, content, () => clock)

  const files: Files = {
    read: (path) => real.read(path),
    list: (folder) => real.list(folder),
    size: (path) => real.size(path),
    modifiedAt: (path) => real.modifiedAt(path),
    space: (path) => real.space(path),
    open: async (path, mode) => {
      if (mode === 'read') return real.open(path, mode)
      // Two calls in the record, as everywhere: what is durable is what a sync covers.
      if (mode === 'durable') return durably(await files.open(path, 'write'))
      if ((await real.size(path)) !== undefined)
        return recordOpen(content, timed, find(path), await real.open(path, mode))
      const file: RecordedFile = { calls: [] }
      live.set(path, file)
      const call = name({ kind: 'create', path, file })
      return recordOpen(content, timed, file, await timed(call, () => real.open(path, mode)))
    },
    makeDirectory: (path) => timed(name({ kind: 'makeDirectory', path }), () => real.makeDirectory(path)),
    syncDirectory: (path) => timed(name({ kind: 'syncDirectory', path }), () => real.syncDirectory(path)),
    rename: async (from, path) => {
      const file = find(from)
      await timed(name({ kind: 'rename', from, path, file }), () => real.rename(from, path))
      live.delete(from)
      live.set(path, file)
    },
    link: async (from, path) => {
      const file = find(from)
      await timed(name({ kind: 'link', path, file }), () => real.link(from, path))
      live.set(path, file)
    },
    remove: async (path) => {
      await timed(name({ kind: 'remove', path }), () => real.remove(path))
      live.delete(path)
    },
    // Not remembered: an empty folder that came back is nothing to anybody.
    removeDirectory: (path) => real.removeDirectory(path),
    syncForeign: async (path) => {
      const file = find(path)
      content(file, { kind: 'found', bytes: readFileSync(path) }).ended = clock
      await timed(content(file, { kind: 'sync' }), () => real.syncForeign(path))
    },
  }
  return { files, history, now: () => clock }
}

function recordOpen(
  content: (file: RecordedFile, call: WithoutSpan<ContentCall>) => ContentCall,
  timed: <T>(call: Span, work: () => Promise<T>) => Promise<T>,
  file: RecordedFile,
  open: OpenFile,
): OpenFile {
  return {
    path: open.path,
    read: (target, position) => open.read(target, position),
    close: () => open.close(),
    write: (buffers, position) => {
      const bytes = Buffer.concat(buffers)
      return timed(content(file, { kind: 'write', position, bytes }), () => open.write(buffers, position))
    },
    truncate: (length) => timed(content(file, { kind: 'truncate', length }), () => open.truncate(length)),
    sync: () => timed(content(file, { kind: 'sync' }), () => open.sync()),
  }
}

/** What lies below the root before anything is recorded. */
function takeIn(
  folder: string,
  find: (path: string) => RecordedFile,
  name: (call: WithoutSpan<NameCall>) => NameCall,
  content: (file: RecordedFile, call: WithoutSpan<ContentCall>) => ContentCall,
  now: () => number,
): void {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry)
    if (statSync(path).isDirectory()) {
      name({ kind: 'makeDirectory', path }).ended = now()
      takeIn(path, find, name, content, now)
    } else {
      const sync = content(find(path), { kind: 'sync' })
      sync.ended = now()
    }
  }
  name({ kind: 'syncDirectory', path: folder }).ended = now()
}
