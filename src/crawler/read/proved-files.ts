import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { inParallel } from '../../kernel/in-parallel.ts'
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
  /** Ends it, with its reason. Without it a statement may want a few rows alone: little is looked through, else what was proved before is taken. */
  readonly readsAll: AbortSignal | undefined
  /** Whether others may change the files. */
  readonly areOthers: boolean
}

/** A change within the grain of a file's times would not be seen. */
const settledMs = 1000
/** To read so much object by object takes longer than a file needs to settle. */
const awaitedBytes = 256 << 20
const remembered = 10_000
/** Are looked through in the time that people do not see. */
const littleBytes = 16 << 20
/** So many small files take longer to open than their rows to be read. */
const smallBytes = 1 << 16
const smallFilesMax = 100
const filesAtOnce = 4
const never = new AbortController().signal

export interface ProveTimes {
  readonly now: () => number
  /** Ends early, without an error, when the signal is aborted. */
  readonly pause: (ms: number, stop: AbortSignal) => Promise<unknown>
}

/** Looks through files for statements, and remembers what it found. */
export function proveFiles({ now, pause }: ProveTimes) {
  const found = new Map<string, number | null>()
  const remember = (key: string, longestLine: number | null): void => {
    found.delete(key)
    found.set(key, longestLine)
    if (found.size > remembered) found.delete(found.keys().next().value!)
  }

  async function prove(
    path: string,
    { columns, digest }: ProvableColumns,
    { stop, areOthers, awaits }: FileProveOptions,
  ): Promise<ProvedFile | undefined> {
    if (stop && areOthers && awaits) await settle(path, stop)
    const before = await identityOf(path)
    if (before === undefined) return undefined
    const { identity } = before
    const key = `${identity} ${digest}`
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

  /** Waits until the next change of the file would be seen. Times of a clock that is ahead of this one are not waited for. */
  async function settle(path: string, stop: AbortSignal): Promise<void> {
    const found = await identityOf(path)
    if (found === undefined) return
    const sinceMs = now() - found.changedMs
    if (sinceMs >= 0 && sinceMs <= settledMs) await pause(settledMs + 1 - sinceMs, stop)
    stop.throwIfAborted()
  }

  return async (
    table: CrawledTable,
    files: readonly CrawledFile[],
    { pathOf, readsAll, areOthers }: ProveOptions,
  ): Promise<ProvedFiles> => {
    const proved = new Map<CrawledFile, ProvedFile>()
    const columns = table.shapes.map((shape) => provableColumns(table, shape))
    const candidates = files.filter(({ shape }) => columns[shape])
    const bytes = candidates.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const stop = readsAll ?? (bytes <= littleBytes ? never : undefined)
    const awaits = bytes >= awaitedBytes
    if (candidates.length <= smallFilesMax || bytes / candidates.length >= smallBytes)
      await inParallel(candidates, filesAtOnce, async (file) => {
        const one = await prove(pathOf(file), columns[file.shape]!, { stop, areOthers, awaits })
        if (one) proved.set(file, one)
      })
    return {
      longestLine: (file) => proved.get(file)?.longestLine,
      async changed() {
        if (!areOthers) return undefined
        for (const { path, identity } of proved.values())
          if ((await identityOf(path))?.identity !== identity) return path
        return undefined
      },
    }
  }
}

interface FileProveOptions {
  readonly stop: AbortSignal | undefined
  readonly areOthers: boolean
  /** Whether a file that was changed a moment ago is waited for. */
  readonly awaits: boolean
}

interface ProvableColumns {
  readonly columns: readonly WantedColumn[]
  /** Stands for them, for there may be many. */
  readonly digest: string
}

/** Undefined where lines of the shape cannot be proved. */
function provableColumns(table: CrawledTable, shape: FileShape): ProvableColumns | undefined {
  const columns = areLines(shape) ? wantedColumns(table, shape) : []
  if (columns.length !== shape.columns.length || !isProvable(columns)) return undefined
  return { columns, digest: createHash('sha256').update(JSON.stringify(columns)).digest('base64') }
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
