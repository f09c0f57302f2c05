import { AbortMultipartUploadCommand, DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { systemClock } from '../../../kernel/clock.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { openObjectCache, type CacheFigures } from '../cache/object-cache.ts'
import { asNamed } from '../checked-name.ts'
import type { ObjectStore } from '../object-store.ts'
import { addressOf, uploadOf } from './address.ts'
import { connectS3, type S3 } from './connect.ts'
import { listObjects } from './list-objects.ts'
import { readObject } from './read-object.ts'
import { cacheBytesDefault, type S3Settings } from './s3-settings.ts'
import { sendObject } from './send-object.ts'
import { bytesSource, withFileSource } from '../source.ts'

export interface S3Objects extends ObjectStore {
  /** Of the copies that are kept here. */
  cacheFigures(): CacheFigures
}

/** Objects in an S3 bucket. An object is durable when its write is answered; `docs/spec/object-stores.md` has the rules. */
export function s3Objects(settings: S3Settings, files: Files): S3Objects {
  const s3 = connectS3(settings, files)
  const cache = openObjectCache({
    folder: settings.cacheDirectory,
    bytesMax: settings.cacheBytesMax ?? cacheBytesDefault,
    files,
    clock: systemClock,
    read: (location, sink) => readObject(s3, location, sink),
  })
  return {
    put: (location, bytes, how) => sendObject(s3, bytesSource(bytes), { location, ifAbsent: how?.ifAbsent ?? false }),
    get: async (location) => asNamed(location, await bytesOf(s3, location)),
    size: (location) => sizeOf(s3, location),
    list: (prefix) => listObjects(s3, prefix),
    remove: (location) => remove(s3, location),
    adopt: async (localPath, location) => {
      await withFileSource(files, localPath, (source) => sendObject(s3, source, { location, ifAbsent: false }))
      await files.remove(localPath)
    },
    hold: (location) => cache.hold(location),
    localPath: (location) => cache.keep(location),
    cacheFigures: () => cache.figures(),
  }
}

async function bytesOf(s3: S3, location: string): Promise<Buffer> {
  let bytes = Buffer.alloc(0)
  let at = 0
  await readObject(s3, location, {
    begin: (totalBytes) => {
      bytes = Buffer.allocUnsafeSlow(totalBytes)
      at = 0
    },
    write: (chunk) => {
      at += chunk.copy(bytes, at)
    },
  })
  return bytes
}

async function sizeOf(s3: S3, location: string): Promise<number | undefined> {
  try {
    const found = await s3.ask(location, () => s3.client.send(new HeadObjectCommand(addressOf(location))))
    return found.ContentLength ?? 0
  } catch (error) {
    if (error instanceof WeirError && error.code === 'WEIR-8002') return undefined
    throw error
  }
}

/** What is not there any more is no error, be it an object or an upload. */
async function remove(s3: S3, location: string): Promise<void> {
  const upload = uploadOf(location)
  await s3.ask(location, async () => {
    if (upload === undefined) await s3.client.send(new DeleteObjectCommand(addressOf(location)))
    else await endUpload(s3, upload)
  })
}

async function endUpload(s3: S3, upload: NonNullable<ReturnType<typeof uploadOf>>): Promise<void> {
  try {
    await s3.client.send(new AbortMultipartUploadCommand(upload))
  } catch (error) {
    if ((error as Error).name !== 'NoSuchUpload') throw error
  }
}
