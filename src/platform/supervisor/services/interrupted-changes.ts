import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Files } from '../../../kernel/files/files.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { Making } from '../../../lake/catalog/catalog.ts'
import type { CatalogPointers } from '../../../storage/metadata/pointers.ts'
import { writeDurably } from '../write-durably.ts'

interface Noted {
  readonly location: string
}

/** Drops that have begun: between the end of a table in the catalog and that of its files, only this note knows of the files. */
export interface DropNotes {
  /** Durable when it resolves. */
  begin(location: string): Promise<void>
  /** The table is out of the catalog, and what it named is removed: removes what it did not name, of commits that were cut short. */
  end(location: string): Promise<void>
}

/** Removes all files of a table that is no more; none where a table or view of now lies. */
export type RemoveLeft = (location: string) => Promise<void>

export function dropNotes(directory: string, files: Files, removeLeft: RemoveLeft): DropNotes {
  return {
    async begin(location) {
      await writeNote(noteOf(directory, location), location, files)
    },
    async end(location) {
      await removeLeft(location)
      await rm(noteOf(directory, location), { force: true })
    },
  }
}

/** Until a table is made, or was not, only a note knows of the files in its new folder. */
export function notedMaking(directory: string, files: Files): Making {
  return async (location, make) => {
    const note = noteOf(directory, location, 'make-')
    await writeNote(note, location, files)
    try {
      return await make()
    } finally {
      await rm(note, { force: true })
    }
  }
}

/**
 * Removes what drops and makings of tables left behind that a crash interrupted. Only at the start, before anybody can make
 * a table: a folder
 * that a table or view of now lies in is left alone, whoever made it there. What cannot be removed now is noted for the next start.
 */
export async function finishInterrupted(
  directory: string,
  files: Files,
  removeLeft: RemoveLeft,
  onLeft: (location: string, error: unknown) => void = (_, error) => {
    throw error
  },
): Promise<void> {
  await files.makeDirectory(directory)
  for (const file of await files.list(directory)) {
    const path = join(directory, file)
    if (file.endsWith('.json')) {
      const { location } = JSON.parse((await files.read(path)).toString()) as Noted
      try {
        await removeLeft(location)
      } catch (error) {
        onLeft(location, error)
        continue
      }
    }
    await rm(path, { force: true })
  }
}

export function leftRemover(tables: Pick<CatalogPointers, 'anyUnder'>, objects: ObjectStore): RemoveLeft {
  return async (location) => {
    if (await tables.anyUnder(location)) return
    for await (const object of objects.list(`${location}/`)) await objects.remove(object.location)
  }
}

async function writeNote(note: string, location: string, files: Files): Promise<void> {
  await files.makeDirectory(dirname(note))
  await writeDurably(note, JSON.stringify({ location } satisfies Noted), files)
}

function noteOf(directory: string, location: string, prefix = ''): string {
  return join(directory, `${prefix}${createHash('sha256').update(location).digest('hex').slice(0, 24)}.json`)
}
