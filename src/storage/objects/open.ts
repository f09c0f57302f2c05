import type { Files } from '../../kernel/files/files.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { localObjects } from './local.ts'
import { liesUnder, schemeOf } from './location.ts'
import type { ObjectStore } from './object-store.ts'
import type { CacheFigures } from './cache/object-cache.ts'
import type { S3Objects } from './s3/s3-objects.ts'
import { cacheBytesDefault, type S3Settings } from './s3/s3-settings.ts'

export interface ObjectStoreOptions {
  /** Folders and prefixes of buckets that locations may lie under; everything else is refused. */
  readonly roots: readonly string[]
  readonly files: Files
  /** Where S3 is and how to sign; without it `s3:` locations are refused. */
  readonly s3?: S3Settings
}

export interface OpenObjectStore extends ObjectStore {
  /** Of the copies of S3's objects; undefined until the first is asked for. */
  cacheFigures(): Promise<CacheFigures | undefined>
  /** Of the copies of rows in Avro; undefined where none were ever asked for. */
  rowFigures(): CacheFigures | undefined
}

/** One store for all locations, by their scheme. The S3 client is loaded when the first `s3:` location is used. */
export function openObjectStore(options: ObjectStoreOptions): OpenObjectStore {
  const local = localObjects(options)
  let remote: Promise<S3Objects> | undefined
  const s3 = (settings: S3Settings) =>
    (remote ??= import('./s3/s3-objects.ts').then((loaded) => loaded.s3Objects(settings, options.files)))
  const at = async (location: string): Promise<ObjectStore> => {
    const scheme = schemeOf(location)
    if (scheme === 'file') return local
    if (scheme === 's3' && options.s3 !== undefined) {
      if (options.roots.some((root) => liesUnder(root, location))) return s3(options.s3)
      throw new WeirError(
        'WEIR-8005',
        `${location} is not under ${options.roots.join(' or ')}; choose a location there`,
      )
    }
    throw new WeirError('WEIR-8005', `${location}: no store for ${scheme}: is configured; use file: or set up S3`)
  }
  return {
    ...(options.s3 === undefined ? {} : { copyBytesMax: options.s3.cacheBytesMax ?? cacheBytesDefault }),
    put: async (location, bytes, how) => (await at(location)).put(location, bytes, how),
    get: async (location) => (await at(location)).get(location),
    size: async (location) => (await at(location)).size(location),
    list: async function* (prefix) {
      yield* (await at(prefix)).list(prefix)
    },
    remove: async (location) => (await at(location)).remove(location),
    adopt: async (path, location) => (await at(location)).adopt(path, location),
    hold: async (location) => (await at(location)).hold(location),
    cacheFigures: async () => (await remote)?.cacheFigures(),
    rowFigures: () => undefined,
    localPath: async (location) => (await at(location)).localPath(location),
  }
}
