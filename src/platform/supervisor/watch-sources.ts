import { lstatSync, readdirSync, watch, type FSWatcher } from 'node:fs'
import { join, relative } from 'node:path'

/**
 * Calls `onChange` whenever a source file under a folder was written, replaced, added or taken away. Folders are watched,
 * not files: an editor that saves by renaming a new file over the old one leaves nothing to see in the old one, and
 * `fs.watch` with `recursive` looks at files on Linux. Folders that come later, or come again, are watched too.
 */
export function watchSources(root: string, ignored: readonly string[], onChange: (file: string) => void): () => void {
  const watched = new Map<string, FSWatcher>()

  function watchFolder(folder: string): void {
    if (!isFolder(folder) || ignored.includes(folder)) return
    const watcher = watch(folder, (event, name) => {
      if (name === null) return
      if (isSource(name)) onChange(relative(root, join(folder, name)))
      else if (event === 'rename' && isProjectFolder(name)) cameOrWent(join(folder, name))
    })
    // It was taken away between two looks: its parent tells.
    watcher.on('error', () => forget(folder))
    watched.set(folder, watcher)
    for (const entry of entriesOf(folder))
      if (entry.isDirectory() && isProjectFolder(entry.name)) watchFolder(join(folder, entry.name))
  }

  /** Its sources came or went with it, and what was written before it was watched told nobody. */
  function cameOrWent(folder: string): void {
    const was = watched.has(folder)
    // Even when one is there as before: it may be another one, of the same name and inode.
    forget(folder)
    watchFolder(folder)
    if (was || watched.has(folder)) onChange(relative(root, folder))
  }

  function forget(folder: string): void {
    for (const [path, watcher] of watched)
      if (path === folder || path.startsWith(`${folder}/`)) {
        watched.delete(path)
        watcher.close()
      }
  }

  watchFolder(root)
  return () => forget(root)
}

function isSource(name: string): boolean {
  return /\.(ts|mts|cts|js|mjs|cjs|sql|json)$/.test(name) && !name.startsWith('.')
}

/** Not what is hidden, as `.git` and `.weir` are, nor packages: changes there are no work on the project. */
function isProjectFolder(name: string): boolean {
  return !name.startsWith('.') && name !== 'node_modules'
}

/** A link is none, or a circle would never end. */
function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
