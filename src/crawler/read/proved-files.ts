import { stat } from 'node:fs/promises'
import type { CrawledFile, CrawledTable, FileShape } from '../crawled-table.ts'
import type { FilesAsRead } from './table-sql.ts'
import { isProvable, proveLines } from './prove-lines.ts'
import type { WantedColumn } from './printed-json.ts'
import { wantedColumns } from './wanted-columns.ts'

/** A file, and what it was when its lines were proved. */
interface ProvedFile {
  readonly path: string
  readonly identity: string
  readonly longestLine: number
}

/** Files of a table whose lines DuckDB's own reader reads as they are written (docs/spec/crawler.md, INV-C8). */
export interface ProvedFiles {
  /** The bytes of its longest line; undefined of a file that was not proved. */
  readonly longestLine: (file: CrawledFile) => number | undefined
  /** The local path of one that is another by now. */
  changed(): Promise<string | undefined>
}

export interface ProveOptions {
  readonly pathOf: Required<FilesAsRead>['pathOf']
  /** Ends it, with its reason. Without it nothing is read: what was proved before is taken. */
  readonly stop: AbortSignal | undefined
  /** Whether others may change the files. */
  readonly areOthers: boolean
}

/** A change within the grain of a file's times would not be seen. */
const settledMs = 1000
const remembered = 10_000

/** Looks through files for statements that read all of them, and remembers what it found. */
export function proveFiles(now: () => number) {
  const found = new Map<string, number | null>()
  const remember = (key: string, longestLine: number | null): void => {
    found.delete(key)
    found.set(key, longestLine)
    if (found.size > remembered) found.delete(found.keys().next().value!)
  }

  async function prove(
    path: string,
    columns: readonly WantedColumn[],
    { stop, areOthers }: ProveOptions,
  ): Promise<ProvedFile | undefined> {
    const before = await identityOf(path)
    if (before === undefined) return undefined
    const { identity } = before
    const key = `${identity} ${JSON.stringify(columns)}`
    const provedAs = (longestLine: number | null) =>
      longestLine === null ? undefined : { path, identity, longestLine }
    const known = found.get(key)
    if (known !== undefined) return provedAs(known)
    const isSettled = !areOthers || now() - before.changedMs > settledMs
    if (!stop || !isSettled) return undefined
    // What cannot be read, the query will say.
    const longestLine = (await proveLines(path, columns, stop).catch(() => undefined)) ?? null
    stop.throwIfAborted()
    if ((await identityOf(path))?.identity !== identity) return undefined
    remember(key, longestLine)
    return provedAs(longestLine)
  }

  return async (table: CrawledTable, files: readonly CrawledFile[], options: ProveOptions): Promise<ProvedFiles> => {
    const proved = new Map<CrawledFile, ProvedFile>()
    for (const file of files) {
      const shape = table.shapes[file.shape]!
      const columns = wantedColumns(table, shape)
      if (!areLines(shape) || columns.length < shape.columns.length || !isProvable(columns)) continue
      const one = await prove(options.pathOf(file), columns, options)
      if (one) proved.set(file, one)
    }
    return {
      longestLine: (file) => proved.get(file)?.longestLine,
      async changed() {
        if (!options.areOthers) return undefined
        for (const { path, identity } of proved.values())
          if ((await identityOf(path))?.identity !== identity) return path
        return undefined
      },
    }
  }
}

const areLines = (shape: FileShape): boolean =>
  shape.format === 'json' && shape.layout === 'newline_delimited' && shape.compression === 'none'

async function identityOf(path: string) {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  if (!found) return undefined
  const { dev, ino, size, mtimeNs, ctimeNs } = found
  const changedMs = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n)
  return { identity: [dev, ino, size, mtimeNs, ctimeNs].join(' '), changedMs }
}
