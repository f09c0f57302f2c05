import { WeirError } from '../../kernel/errors/weir-error.ts'

/** The folder of a Delta table's log, in the table's. */
export const deltaLogName = '_delta_log'

/** Names of a log's files that make up its newest version. */
export interface LogSegment {
  readonly version: number
  /** Of one checkpoint; several where it was written in parts. */
  readonly checkpoint: readonly string[]
  /** Commits behind it, ascending. */
  readonly commits: readonly string[]
}

interface Checkpoint {
  readonly version: number
  readonly names: readonly string[]
}

/**
 * What of a folder `_delta_log` has to be read: the newest checkpoint that is whole, and every commit behind it. `WEIR-4026` when a
 * commit between them lacks, for what it changed would be missing.
 */
export function newestSegment(names: readonly string[], folder: string): LogSegment {
  const commits = new Map<number, string>()
  for (const name of names) {
    const [, version] = /^(\d{20})\.json$/.exec(name) ?? []
    if (version !== undefined) commits.set(Number(version), name)
  }
  const checkpoint = newestCheckpoint(names)
  const last = Math.max(checkpoint?.version ?? -1, ...commits.keys())
  if (last < 0) throw new WeirError('WEIR-4026', `${folder} has no commit`)
  const behind: string[] = []
  for (let version = (checkpoint?.version ?? -1) + 1; version <= last; version++) {
    const name = commits.get(version)
    if (name === undefined)
      throw new WeirError(
        'WEIR-4026',
        `${folder}: version ${version} lacks, between ${checkpoint ? `the checkpoint of version ${checkpoint.version}` : 'the begin'} and version ${last}`,
      )
    behind.push(name)
  }
  return { version: last, checkpoint: checkpoint?.names ?? [], commits: behind }
}

/** In one file, in parts (which all have to be there), or of version 2, named by a UUID. */
function newestCheckpoint(names: readonly string[]): Checkpoint | undefined {
  const found: Checkpoint[] = []
  const parts = new Map<string, string[]>()
  for (const name of names) {
    const [, version, rest] = /^(\d{20})\.checkpoint\.(.+)$/.exec(name) ?? []
    if (version === undefined || rest === undefined) continue
    const [, , count] = /^(\d{10})\.(\d{10})\.parquet$/.exec(rest) ?? []
    if (count !== undefined) {
      const key = `${version}.${count}`
      parts.set(key, [...(parts.get(key) ?? []), name])
    } else if (rest === 'parquet' || /^[0-9a-f-]{36}\.(parquet|json)$/.test(rest))
      found.push({ version: Number(version), names: [name] })
  }
  for (const [key, group] of parts) {
    const [version, count] = key.split('.')
    if (group.length === Number(count)) found.push({ version: Number(version), names: group.toSorted() })
  }
  return found.toSorted((a, b) => b.version - a.version)[0]
}
