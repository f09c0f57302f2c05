import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files } from '../../../kernel/files/files.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { CatalogPointers } from '../../../storage/metadata/pointers.ts'
import { catalogTables } from '../../control/catalog-tables.ts'
import { writeDurably } from '../write-durably.ts'

interface Noted {
  readonly location: string
}

/** Drops that have begun: between the end of a table in the catalog and that of its files, only this note knows of the files. */
export interface DropNotes {
  /** Durable when it resolves. */
  begin(location: string): Promise<void>
  end(location: string): Promise<void>
}

export function dropNotes(directory: string, files: Files): DropNotes {
  return {
    async begin(location) {
      await files.makeDirectory(directory)
      await writeDurably(noteOf(directory, location), JSON.stringify({ location } satisfies Noted), files)
    },
    end: (location) => rm(noteOf(directory, location), { force: true }),
  }
}

/**
 * Removes what drops left behind that a crash interrupted. Only at the start, before anybody can make a table: a folder
 * that a table of now lies in is left alone, whoever made it there.
 */
export async function finishDrops(
  directory: string,
  files: Files,
  pointers: CatalogPointers,
  objects: ObjectStore,
): Promise<void> {
  await files.makeDirectory(directory)
  for (const file of await files.list(directory)) {
    const path = join(directory, file)
    if (file.endsWith('.json'))
      await finish(JSON.parse((await files.read(path)).toString()) as Noted, pointers, objects)
    await rm(path, { force: true })
  }
}

async function finish({ location }: Noted, pointers: CatalogPointers, objects: ObjectStore) {
  for (const { schema, name } of await catalogTables(pointers)) {
    const metadata = await pointers.tablePointer({ namespace: [schema], name })
    if (metadata?.startsWith(`${location}/`)) return
  }
  for await (const object of objects.list(`${location}/`)) await objects.remove(object.location)
}

function noteOf(directory: string, location: string): string {
  return join(directory, `${createHash('sha256').update(location).digest('hex').slice(0, 24)}.json`)
}
