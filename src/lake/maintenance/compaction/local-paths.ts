import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { FileWithDeletes } from '../../scan/applicable-deletes.ts'

/** What DuckDB can open for each file and for the deletes that touch it. */
export async function localPaths(
  files: readonly FileWithDeletes[],
  store: Pick<ObjectStore, 'localPath'>,
): Promise<(location: string) => string> {
  const locations = new Set(
    files.flatMap(({ file, deletes, byValue }) => [file, ...deletes, ...byValue].map(({ location }) => location)),
  )
  const paths = new Map<string, string>()
  for (const location of locations) paths.set(location, await store.localPath(location))
  return (location) => paths.get(location)!
}
