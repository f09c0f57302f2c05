import type { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { ObjectSink } from '../object-sink.ts'
import { addressOf } from './address.ts'
import { checksumOf, type Checksum } from './checksum.ts'
import type { S3 } from './connect.ts'
import { BrokenOff, hasStatus, isTransient } from './failure.ts'

/** A piece of this size is progress: attempts count anew. So a bad line delays a large object, and never stops it. */
const progressBytes = 1 << 20

/** How often a whole object is read whose bytes are not those of its checksum. */
const wholeReadsMax = 3

/** What has been read so far of one and the same object. */
interface Progress {
  readonly etag: string | undefined
  readonly totalBytes: number
  readonly checksum: Checksum | undefined
  at: number
}

/**
 * Reads a whole object: never less than its length, and with the checksum that S3 tells of it, if it does. A body that
 * breaks off is read on from there, as long as the object is the same. With `etag` no other object is read: WEIR-8003.
 */
export async function readObject(s3: S3, location: string, sink: ObjectSink, etag?: string): Promise<void> {
  for (let read = 1; ; read++) {
    const { checksum } = await readOnce(s3, location, sink, etag)
    const sum = checksum?.sum()
    if (checksum === undefined || sum === checksum.expected) return
    if (read === wholeReadsMax)
      throw new WeirError(
        'WEIR-8007',
        `${location} was read ${read} times and its checksum is ${sum}, not ${checksum.expected} as S3 says`,
      )
  }
}

async function readOnce(s3: S3, location: string, sink: ObjectSink, wanted: string | undefined): Promise<Progress> {
  let progress: Progress | undefined
  while (progress === undefined || progress.at < progress.totalBytes)
    await s3.ask(location, async () => {
      const answer = await request(s3, location, progress, wanted)
      if (progress === undefined || answer.ContentRange === undefined) {
        progress = begun(answer)
        await sink.begin(progress.totalBytes)
      }
      await takeBody(answer.Body as Readable, progress, sink)
    })
  return progress
}

async function request(
  s3: S3,
  location: string,
  progress: Progress | undefined,
  wanted: string | undefined,
): Promise<GetObjectCommandOutput> {
  const address = addressOf(location)
  const whole = () =>
    s3.client.send(new GetObjectCommand({ ...address, ...(wanted === undefined ? {} : { IfMatch: wanted }) }))
  if (progress === undefined || progress.at === 0) return whole()
  const { etag, at } = progress
  const rest = { ...address, Range: `bytes=${at}-`, ...(etag === undefined ? {} : { IfMatch: etag }) }
  try {
    const answer = await s3.client.send(new GetObjectCommand(rest))
    if (answer.ContentRange?.startsWith(`bytes ${at}-`) !== false) return answer
    ;(answer.Body as Readable).destroy()
  } catch (error) {
    // Another object lies there now: what was read of the old one is worth nothing.
    if (!hasStatus(error, 412) && !hasStatus(error, 416)) throw error
  }
  return whole()
}

function begun(answer: GetObjectCommandOutput): Progress {
  const { ETag: etag, ContentLength: totalBytes } = answer
  if (totalBytes === undefined) throw new BrokenOff('an answer without a length')
  return { etag, totalBytes, checksum: checksumOf(answer), at: 0 }
}

/** Returns when the body is whole, or when so much of it came that going on is worth another round of attempts. */
async function takeBody(body: Readable, progress: Progress, sink: ObjectSink): Promise<void> {
  const from = progress.at
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      progress.at += chunk.length
      progress.checksum?.add(chunk)
      await sink.write(chunk)
    }
  } catch (error) {
    if (!isTransient(error) || !isWorthwhile(progress, from)) throw error
  }
  const { at, totalBytes } = progress
  if (!isWorthwhile(progress, from)) throw new BrokenOff(`${at} of ${totalBytes} bytes came`)
}

function isWorthwhile({ at, totalBytes }: Progress, from: number): boolean {
  return at === totalBytes || (at < totalBytes && at - from >= progressBytes)
}
