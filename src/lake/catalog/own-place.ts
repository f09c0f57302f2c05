import { restUnder, under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { forbidden } from './access/refusals.ts'

/** Whether a location is as deep under the warehouse as the catalog puts tables, so that no other table lies in it. */
export function isOwnPlace(warehouse: string, location: string): boolean {
  const parts = restUnder(warehouse, location.replace(/\/+$/, ''))?.split('/') ?? []
  return parts.length === 2 && parts.every((part) => part !== '' && part !== '.' && part !== '..')
}

/** Whether a table or view was made there and not purged since: its files are of whoever may read it, whatever its name has become. */
export async function wasMadeIn(location: string, objects: Pick<ObjectStore, 'list'>): Promise<boolean> {
  for await (const { location: file } of objects.list(under(location.replace(/\/+$/, ''), 'metadata/')))
    if (file.endsWith('.metadata.json')) return true
  return false
}

/** For a new table of whoever is bound by policies: what lies in a place that it names, its maker could read. */
export async function mustBeUnused(location: string, objects: Pick<ObjectStore, 'list'>): Promise<void> {
  if (await wasMadeIn(location, objects))
    throw forbidden(
      `while policies hold, a new table lies where none was made: files of another one are in ${location}. Leave the place out, and the catalog chooses it`,
    )
}
