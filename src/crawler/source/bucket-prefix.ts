import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join, matchesGlob } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { deltaLogName } from '../../lake/delta/delta-log.ts'
import { under } from '../../storage/objects/location.ts'
import type { ListedObject, ObjectReader, ObjectVersion } from '../../storage/objects/s3/object-reader.ts'
import type { ListedFile } from '../finding.ts'
import { byPath, deltaInside, isHiddenName, refuseTooMany, type Listing } from '../listing/listing.ts'
import { bucketDelta } from './bucket-delta.ts'
import type { FileSource, ListOptions } from './file-source.ts'

/** Most of an answer's time is the way. */
const filesAtOnce = 16

/** Objects under `s3://bucket/prefix`. `scratch` is a folder for what DuckDB is shown of a Parquet file. */
export function bucketPrefix(prefix: string, reader: ObjectReader, scratch: string): FileSource {
  const root = under(prefix, '')
  const versionOf = ({ path, etag, sizeBytes }: ListedFile): ObjectVersion => ({
    location: `${root}${path}`,
    etag: etag!,
    sizeBytes,
  })
  return {
    filesAtOnce,
    list: (exclude, options) => listPrefix(root, reader, exclude, options),
    async hasDeltaLog() {
      for await (const _ of reader.list(`${root}${deltaLogName}/`)) return true
      return false
    },
    delta: () => bucketDelta({ root, reader, scratch, listed }),
    head: (file, length) => reader.range(versionOf(file), 0, Math.min(file.sizeBytes, length)),
    bytes: (file) => reader.stream(versionOf(file), 0),
    withFooter: (file, work) => withFooter(reader, versionOf(file), scratch, work),
  }
}

async function listPrefix(
  root: string,
  reader: ObjectReader,
  exclude: readonly string[],
  { signal, onCount }: ListOptions,
): Promise<Listing> {
  const place = root.replace(/\/$/, '')
  const files: ListedFile[] = []
  let hidden = 0
  let excluded = 0
  for await (const object of reader.list(root)) {
    signal?.throwIfAborted()
    const path = object.location.slice(root.length)
    const names = path.split('/')
    const log = names.indexOf(deltaLogName)
    if (log >= 0 && log < names.length - 1)
      throw deltaInside(
        place,
        names
          .slice(0, log)
          .map((name) => `${name}/`)
          .join(''),
      )
    // A key that ends so is how consoles make an empty folder.
    if (path.endsWith('/') || path === '' || names.some(isHiddenName)) hidden++
    else if (isExcluded(names, exclude)) excluded++
    else files.push(listed(path, object))
    refuseTooMany(files.length, place)
    if (files.length % 1000 === 0) onCount?.(files.length)
  }
  if (files.length + hidden + excluded === 0)
    throw new WeirError('WEIR-4022', `no object lies under ${root}. Correct the path of the crawler`)
  return { files: byPath(files), hidden, excluded }
}

function listed(path: string, { sizeBytes, modifiedMs, etag, isArchived }: ListedObject): ListedFile {
  return { path, sizeBytes, modifiedMs, etag, isLink: false, ...(isArchived ? { isArchived } : {}) }
}

/** Itself, or one of the folders above it. */
function isExcluded(names: readonly string[], exclude: readonly string[]): boolean {
  return (
    exclude.length > 0 &&
    names.some((_, at) => exclude.some((glob) => matchesGlob(names.slice(0, at + 1).join('/'), glob)))
  )
}

/** Most footers are shorter. */
const tailBytes = 1 << 16

/** Of a Parquet file its end is fetched alone: it stands at its place in a file of the whole length, whose other bytes are not there. */
async function withFooter<Found>(
  reader: ObjectReader,
  version: ObjectVersion,
  scratch: string,
  work: (path: string) => Promise<Found>,
): Promise<Found> {
  const { sizeBytes } = version
  const last = (length: number): Promise<Buffer> => {
    const from = Math.max(0, sizeBytes - length)
    return reader.range(version, from, sizeBytes - from)
  }
  let tail = await last(tailBytes)
  const footerBytes = tail.length < 8 ? 0 : tail.readUInt32LE(tail.length - 8) + 8
  if (footerBytes > tail.length && footerBytes < sizeBytes) tail = await last(footerBytes)
  const path = join(scratch, `footer-${randomUUID()}.parquet`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.truncate(sizeBytes)
      await file.write(Buffer.from('PAR1'), 0, 4, 0)
      await file.write(tail, 0, tail.length, sizeBytes - tail.length)
    } finally {
      await file.close()
    }
    return await work(path)
  } finally {
    await rm(path, { force: true })
  }
}
