import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDelta } from '../../src/lake/delta/read-delta.ts'
import { deltaRoot } from '../../src/lake/delta/write/delta-table.ts'
import type { TableMetadata } from '../../src/lake/metadata/table-metadata.ts'
import { pathOf } from '../../src/storage/objects/location.ts'

type QueryRows = Parameters<typeof readDelta>[1]

export type Action = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The log of a table in a local folder, as another engine finds it. */
export interface DeltaLog {
  readonly root: string
  /** Ascending; fails where one lacks. */
  versions(): readonly number[]
  actions(version: number): readonly Action[]
  /** Paths of the newest version's files, as a reader that knows nothing of Weir finds them; `query` is for checkpoints. */
  files(query?: QueryRows): Promise<readonly string[]>
  /** The same by the commits alone. */
  replayed(): readonly string[]
  /** Versions that have a checkpoint. */
  checkpoints(): readonly number[]
  /** As another engine commits: false where the version is taken. */
  append(actions: readonly object[], version?: number): boolean
}

export function deltaLogOf(metadata: TableMetadata): DeltaLog {
  return deltaLogAt(pathOf(deltaRoot(metadata)))
}

export function deltaLogAt(root: string): DeltaLog {
  const folder = join(root, '_delta_log')
  const place = (version: number): string => join(folder, `${String(version).padStart(20, '0')}.json`)
  const versions = (): readonly number[] => {
    const names = readdirSync(folder).filter((name) => /^\d{20}\.json$/.test(name))
    const found = names.map((name) => Number(name.slice(0, 20))).toSorted((a, b) => a - b)
    if (found.some((version, at) => version !== found[0]! + at)) throw new Error(`a gap: ${found.join(' ')}`)
    return found
  }
  const log: DeltaLog = {
    root,
    versions,
    actions: (version) =>
      readFileSync(place(version), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Action),
    async files(query = () => Promise.reject(new Error('there is a checkpoint'))) {
      const { files } = await readDelta(root, query)
      return files.map(({ path }) => path).toSorted()
    },
    replayed() {
      const found = new Set<unknown>()
      for (const version of versions())
        for (const { add, remove } of log.actions(version))
          if (add) found.add(add['path'])
          else if (remove) found.delete(remove['path'])
      return [...found].map(String).toSorted()
    },
    checkpoints: () =>
      readdirSync(folder).flatMap((name) => (name.endsWith('.checkpoint.parquet') ? [Number(name.slice(0, 20))] : [])),
    append(actions, version = versions().at(-1)! + 1) {
      try {
        writeFileSync(place(version), actions.map((action) => `${JSON.stringify(action)}\n`).join(''), { flag: 'wx' })
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
        throw error
      }
    },
  }
  return log
}

/** As delta-rs and Spark name a file that they add. */
export function addAction(path: string, more: Readonly<Record<string, unknown>> = {}): object {
  const stats = JSON.stringify({ numRecords: 1, minValues: { id: 1 }, maxValues: { id: 1 }, nullCount: { id: 0 } })
  return { add: { path, partitionValues: {}, size: 4, modificationTime: 1, dataChange: true, stats, ...more } }
}
