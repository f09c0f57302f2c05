import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import type { Files } from '../../kernel/files/files.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { asNamed } from './checked-name.ts'
import { locationOf, pathOf, schemeOf } from './location.ts'
import type { ObjectStore, StoredObject } from './object-store.ts'
import { bytesSource, withFileSource, type Source } from './source.ts'

/** Objects as files. A name appears only when its bytes are durable: temporary file, sync, link or rename, sync of the folder. */
export function localObjects(options: { readonly roots: readonly string[]; readonly files: Files }): ObjectStore {
  const { files } = options
  const roots = options.roots.filter((root) => schemeOf(root) === 'file').map((root) => join(pathOf(root), '/'))
  const path = (location: string): string => {
    const found = pathOf(location)
    if (normalize(found) === found && roots.some((root) => found.startsWith(root))) return found
    throw new WeirError('WEIR-8005', `${location} is not under ${options.roots.join(' or ')}; choose a location there`)
  }
  return {
    put: (location, bytes, how) =>
      put(files, path(location), bytesSource(bytes), how?.ifAbsent ?? false).catch(explain(location)),
    get: (location) => attempt(location, async () => asNamed(location, await files.read(path(location)))),
    size: (location) => attempt(location, () => files.size(path(location))),
    list: (prefix) => walk(files, path(prefix)),
    remove: async (location) => {
      await files.remove(path(location)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
      })
    },
    adopt: (localPath, location) => adopt(files, localPath, path(location)).catch(explain(location)),
    hold: (location) => attempt(location, () => ({ path: path(location), release: () => undefined })),
    localPath: (location) => attempt(location, () => path(location)),
  }
}

/** What is in memory at a time when a file is copied from another disk. */
const copiedBytes = 8 << 20

async function put(files: Files, path: string, source: Source, ifAbsent: boolean): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${randomUUID()}.tmp`)
  await files.makeDirectory(folder)
  const file = await files.open(temporary, 'write')
  try {
    for (let at = 0; at < source.sizeBytes; at += copiedBytes)
      await file.write([await source.read(at, Math.min(copiedBytes, source.sizeBytes - at))], at)
    await file.sync()
  } catch (error) {
    await files.remove(temporary).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
  if (ifAbsent) {
    // link fails when the name is taken, in one step of the kernel; rename would replace it.
    await files.link(temporary, path).finally(() => files.remove(temporary))
  } else await files.rename(temporary, path)
  await files.syncDirectory(folder)
}

/** DuckDB's COPY syncs nothing, so the file is synced before its name is. */
async function adopt(files: Files, from: string, to: string): Promise<void> {
  await files.syncForeign(from)
  await files.makeDirectory(dirname(to))
  try {
    await files.rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await withFileSource(files, from, (source) => put(files, to, source, false))
    await files.remove(from)
    return
  }
  await files.syncDirectory(dirname(to))
}

async function* walk(files: Files, folder: string): AsyncIterable<StoredObject> {
  for (const name of await files.list(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() === true) yield* walk(files, path)
    else if (found !== undefined) yield { location: locationOf(path), sizeBytes: found.size, modifiedMs: found.mtimeMs }
  }
}

async function attempt<T>(location: string, call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    return explain(location)(error)
  }
}

function explain(location: string): (error: unknown) => never {
  return (cause) => {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT') throw new WeirError('WEIR-8002', `${location} is not there`, { cause })
    if (code === 'EEXIST') throw new WeirError('WEIR-8003', `${location} is already there`, { cause })
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new WeirError('WEIR-8001', `no room on the disk for ${location}. Free space`, { cause })
    throw cause
  }
}
