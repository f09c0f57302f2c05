import type { Clock } from '../../kernel/clock.ts'
import type { Files } from '../../kernel/files/files.ts'
import { openObjectCache, type CacheFigures } from '../../storage/objects/cache/object-cache.ts'
import type { ObjectStore, RowCopies, RowObject } from '../../storage/objects/object-store.ts'

export interface AvroCopies extends RowCopies {
  figures(): CacheFigures
  /** Lets another owner have the folder. Nothing may be asked any more. */
  close(): Promise<void>
}

/**
 * Files of rows in Avro as Parquet files with the same rows, fields and places, made when they are first asked for and kept as copies of objects are
 * (INV-O9 to INV-O13). They are made one after the other: each takes some memory, and a processor.
 */
export function openAvroCopies(options: {
  /** Of these copies alone. */
  readonly folder: string
  readonly bytesMax: number
  readonly files: Files
  readonly clock: Clock
  readonly lockPatienceMs?: number
  /** Where the files of Avro lie. */
  readonly store: Pick<ObjectStore, 'hold'>
}): AvroCopies {
  const { store, ...place } = options
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  const cache = openObjectCache({
    ...place,
    make: (name, target, reserve) =>
      inTurn(async () => {
        const object = objectOf(name)
        // About as much as it will be: what it came to is reserved in the end.
        await reserve(object.sizeBytes)
        // Loaded with the first file: few processes ever meet one, and DuckDB comes along.
        const { convertRows } = await import('./convert-rows.ts')
        const held = await store.hold(object.location)
        try {
          await convertRows(held.path, target, object)
        } finally {
          held.release()
        }
      }),
  })
  return {
    hold: (object) => cache.hold(nameOf(object)),
    keep: (object) => cache.keep(nameOf(object)),
    figures: () => cache.figures(),
    close: () => cache.close(),
  }
}

/** What the cache knows a copy by: a file that was made anew under its name has, but for a rare chance, another size. The number is that of the form of copies. */
function nameOf({ location, sizeBytes, recordCount }: RowObject): string {
  return `${location} as Parquet (1: ${sizeBytes} bytes, ${recordCount} rows)`
}

function objectOf(name: string): RowObject {
  const [, location, sizeBytes, recordCount] = /^(.*) as Parquet \(1: (\d+) bytes, (\d+) rows\)$/s.exec(name)!
  return { location: location!, sizeBytes: Number(sizeBytes), recordCount: Number(recordCount) }
}
