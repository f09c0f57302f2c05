import type { Clock } from '../../../kernel/clock.ts'
import type { Files } from '../../../kernel/files/files.ts'
import type { HeldObject } from '../object-store.ts'
import type { ObjectReader, ObjectVersion } from '../s3/object-reader.ts'
import { openObjectCache } from './object-cache.ts'

/** Copies of objects that others may change: each is of one version, and never of another. */
export interface VersionCopies {
  /** `reader` by the name of where it reads: two servers may have buckets of one name. */
  hold(reader: NamedReader, version: ObjectVersion): Promise<HeldObject>
}

export interface NamedReader {
  readonly name: string
  readonly reader: ObjectReader
}

export function openVersionCopies(options: {
  readonly folder: string
  readonly bytesMax: number
  readonly files: Files
  readonly clock: Clock
}): VersionCopies {
  /** By what the cache calls them, while they are asked for. */
  const wanted = new Map<string, { readonly of: NamedReader; readonly version: ObjectVersion; holders: number }>()
  const cache = openObjectCache({
    ...options,
    read: (key, sink) => {
      const { of, version } = wanted.get(key)!
      return of.reader.read(version, sink)
    },
  })
  return {
    async hold(of, version) {
      const key = `${version.location} (${version.etag}, ${of.name})`
      const entry = wanted.get(key) ?? { of, version, holders: 0 }
      wanted.set(key, entry)
      entry.holders++
      try {
        return await cache.hold(key)
      } finally {
        if (--entry.holders === 0) wanted.delete(key)
      }
    },
  }
}
