import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { deltaLogName } from '../../lake/delta/delta-log.ts'
import type { ListedObject, ObjectReader } from '../../storage/objects/s3/object-reader.ts'
import type { ListedFile } from '../finding.ts'
import type { DeltaSource } from './delta-source.ts'

export interface BucketPlace {
  /** `s3://bucket/prefix/` */
  readonly root: string
  readonly reader: ObjectReader
  /** A local folder for copies of checkpoints. */
  readonly scratch: string
  readonly listed: (path: string, object: ListedObject) => ListedFile
}

/** A Delta table under a prefix of a bucket. What is read of its log are the objects that were listed. */
export function bucketDelta({ root, reader, scratch, listed }: BucketPlace): DeltaSource {
  const logRoot = `${root}${deltaLogName}/`
  const log = new Map<string, ListedObject>()
  const objectOf = (name: string): ListedObject => {
    const object = log.get(name)
    if (object === undefined) throw new WeirError('WEIR-4026', `${logRoot}${name} is not there`)
    return object
  }
  return {
    log: {
      async names() {
        log.clear()
        for await (const object of reader.list(logRoot)) log.set(object.location.slice(logRoot.length), object)
        return [...log.keys()].filter((name) => !name.includes('/'))
      },
      async text(name) {
        const chunks: Buffer[] = []
        for await (const chunk of reader.stream(objectOf(name), 0)) chunks.push(chunk)
        return Buffer.concat(chunks).toString('utf8')
      },
      withParquet: (name, work) => withCopy(reader, objectOf(name), scratch, work),
    },
    async find(paths) {
      const found = new Map<string, ListedFile>()
      for await (const object of reader.list(root)) {
        const path = object.location.slice(root.length)
        if (paths.has(path)) found.set(path, listed(path, object))
      }
      return found
    },
    vectorBytes: ({ path, etag = '', sizeBytes }, from, length) =>
      reader.range({ location: `${root}${path}`, etag, sizeBytes }, from, length),
  }
}

async function withCopy<Found>(
  reader: ObjectReader,
  object: ListedObject,
  scratch: string,
  work: (path: string) => Promise<Found>,
): Promise<Found> {
  const path = join(scratch, `checkpoint-${randomUUID()}.parquet`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      for await (const chunk of reader.stream(object, 0)) await file.write(chunk)
    } finally {
      await file.close()
    }
    return await work(path)
  } finally {
    await rm(path, { force: true })
  }
}
