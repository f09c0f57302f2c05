import { setTimeout as pause } from 'node:timers/promises'
import type { Readable } from 'node:stream'
import { GetObjectCommand, ListObjectsV2Command, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import type { ObjectSink } from '../object-sink.ts'
import { addressOf } from './address.ts'
import { connectS3, type S3 } from './connect.ts'
import { BrokenOff, explain, isTransient } from './failure.ts'
import { readObject } from './read-object.ts'
import type { S3Settings } from './s3-settings.ts'

/** One object as it was at one moment: a later one of its name has another ETag. */
export interface ObjectVersion {
  readonly location: string
  readonly etag: string
  readonly sizeBytes: number
}

export interface ListedObject extends ObjectVersion {
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number
  /** Its bytes lie in an archive, and are read only once they are restored. */
  readonly isArchived: boolean
}

/**
 * Objects of a bucket that others write; nothing is ever written there. Bytes are those of the version that is asked for, or it rejects:
 * `WEIR-8011` when another object lies there by now, `WEIR-8002` when none does, `WEIR-8004` when the bucket does not answer.
 */
export interface ObjectReader {
  /** All objects whose location begins with `prefix`, page by page, in the order of their keys. WEIR-4022 for one without an ETag. */
  list(prefix: string): AsyncIterable<ListedObject>
  range(version: ObjectVersion, from: number, length: number): Promise<Buffer>
  /** The bytes from `from` on; who stops reading ends the transfer. A body that breaks off is read on from there. */
  stream(version: ObjectVersion, from: number): AsyncIterable<Buffer>
  /** The whole object, with its checksum compared where S3 tells one. */
  read(version: ObjectVersion, sink: ObjectSink): Promise<void>
}

/** Storage classes whose objects answer to no GET until they are restored. */
const archives = new Set(['GLACIER', 'DEEP_ARCHIVE'])

export function openObjectReader(settings: Omit<S3Settings, 'cacheDirectory'>, files: Files): ObjectReader {
  const s3 = connectS3({ ...settings, cacheDirectory: '' }, files)
  return {
    list: (prefix) => listed(s3, prefix),
    range: (version, from, length) => rangeOf(s3, version, from, length),
    stream: (version, from) => streamed(s3, version, from),
    read: (version, sink) => asListed(version, readObject(s3, version.location, sink, version.etag)),
  }
}

async function* listed(s3: S3, prefix: string): AsyncIterable<ListedObject> {
  const { Bucket, Key: Prefix } = addressOf(prefix)
  let after = {}
  for (;;) {
    const page = await s3.ask(prefix, () => s3.client.send(new ListObjectsV2Command({ Bucket, Prefix, ...after })))
    for (const { Key, Size, LastModified, ETag, StorageClass = '' } of page.Contents ?? [])
      yield {
        location: `s3://${Bucket}/${Key}`,
        sizeBytes: Size ?? 0,
        modifiedMs: LastModified?.getTime() ?? 0,
        etag: ETag ?? refuseWithoutEtag(`s3://${Bucket}/${Key}`),
        isArchived: archives.has(StorageClass),
      }
    if (page.NextContinuationToken === undefined) return
    after = { ContinuationToken: page.NextContinuationToken }
  }
}

/** Without one nobody can tell an object from the one that lay there before: other rows would be read in silence. */
function refuseWithoutEtag(location: string): never {
  throw new WeirError(
    'WEIR-4022',
    `${location} is listed without an ETag, by which a changed object is known. Write it through the server's S3 protocol, or use a server that tells one of each object`,
  )
}

async function rangeOf(s3: S3, version: ObjectVersion, from: number, length: number): Promise<Buffer> {
  const read = async (): Promise<Buffer> => {
    const answer = await get(s3, version, `bytes=${from}-${from + length - 1}`)
    const chunks: Buffer[] = []
    for await (const chunk of answer.Body as Readable as AsyncIterable<Buffer>) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    if (bytes.length === length) return bytes
    throw new BrokenOff(`${bytes.length} of ${length} bytes came`)
  }
  return asListed(version, s3.ask(version.location, read))
}

/** Attempts after which a body that gives nothing is given up. */
const emptyBodiesMax = 8

async function* streamed(s3: S3, version: ObjectVersion, from: number): AsyncIterable<Buffer> {
  const { location, sizeBytes } = version
  let empty = 0
  for (let at = from; at < sizeBytes;) {
    const begun = at
    const open = (): Promise<GetObjectCommandOutput> => get(s3, version, `bytes=${at}-`)
    const body = (await asListed(version, s3.ask(location, open))).Body as Readable
    let failure: unknown
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        at += chunk.length
        yield chunk
      }
    } catch (error) {
      if (!isTransient(error)) throw error
      failure = error
    } finally {
      body.destroy()
    }
    if (at >= sizeBytes) return
    empty = at === begun ? empty + 1 : 0
    if (empty >= emptyBodiesMax) throw explain(location, failure ?? new BrokenOff('a body without bytes'), empty)
    await pause(Math.random() * 100 * 2 ** empty)
  }
}

function get(s3: S3, { location, etag }: ObjectVersion, Range: string): Promise<GetObjectCommandOutput> {
  return s3.client.send(new GetObjectCommand({ ...addressOf(location), Range, IfMatch: etag }))
}

/** What S3 refuses because of the ETag is another object by now. */
async function asListed<Answer>({ location }: ObjectVersion, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'WEIR-8003') throw error
    throw new WeirError('WEIR-8011', `${location} is another object by now`, { cause: error })
  }
}
