/** What Hive writes in the place of null. */
const nullName = '__HIVE_DEFAULT_PARTITION__'

export interface PartitionValue {
  readonly name: string
  /** null where the folder says so. */
  readonly value: string | null
}

/** `partitionOf` for many files: those of one folder share what its names say. */
export function partitionsByFolder(): (path: string) => readonly PartitionValue[] {
  const known = new Map<string, readonly PartitionValue[]>()
  return (path) => {
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    const found = known.get(folder) ?? partitionOf(path)
    known.set(folder, found)
    return found
  }
}

/** The values in the names of the folders above a file: `dt=2024-01-01/country=de/part-0.csv`. */
function partitionOf(path: string): readonly PartitionValue[] {
  return path
    .split('/')
    .slice(0, -1)
    .flatMap((folder) => {
      const at = folder.indexOf('=')
      if (at <= 0) return []
      const value = unescaped(folder.slice(at + 1))
      return [{ name: unescaped(folder.slice(0, at)), value: value === nullName ? null : value }]
    })
}

/** Hive escapes as URLs do; a name that is no escape stands for itself. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
