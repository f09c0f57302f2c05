import { createHash, randomUUID } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Files } from '../../kernel/files/files.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { boundedFolder } from './bounded-folder.ts'
import type { ObjectStore, StoredObject } from './object-store.ts'

/** Where S3 is. Without keys the usual chain of the AWS SDK applies (environment, profile, role). */
export interface S3Settings {
  readonly endpoint?: string
  readonly region: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  /** `http://host/bucket/key` instead of `http://bucket.host/key`. */
  readonly pathStyle?: boolean
  /** Local folder for copies that DuckDB reads. */
  readonly cacheDirectory: string
  readonly cacheBytesMax: number
}

/** How often a request is sent before its failure is told. */
const attemptsMax = 5

interface Address {
  readonly Bucket: string
  readonly Key: string
}

/** Objects in an S3 bucket. An object is durable when its PUT is answered. */
export function s3Objects(settings: S3Settings, files: Files): ObjectStore {
  const client = connect(settings)
  const cache = boundedFolder(settings.cacheDirectory, settings.cacheBytesMax, files)
  const get = (location: string) => ask(location, () => bytesOf(client, location))
  return {
    put: (location, bytes, how) => put(client, location, bytes, how?.ifAbsent ?? false),
    get,
    size: (location) => sizeOf(client, location),
    list: (prefix) => list(client, prefix),
    remove: (location) =>
      ask(location, async () => {
        await client.send(new DeleteObjectCommand(addressOf(location)))
      }),
    adopt: async (localPath, location) => {
      // Bytes and not a stream, which could not be sent a second time.
      await put(client, location, await files.read(localPath), false)
      await files.remove(localPath)
    },
    localPath: (location) =>
      cache.take(createHash('sha256').update(location).digest('hex'), async (path) => {
        const partial = join(settings.cacheDirectory, `.${randomUUID()}.tmp`)
        const file = await files.open(partial, 'write')
        await file.write([await get(location)], 0).finally(() => file.close())
        await rename(partial, path)
      }),
  }
}

function connect(settings: S3Settings): S3Client {
  const { accessKeyId, secretAccessKey } = settings
  return new S3Client({
    region: settings.region,
    forcePathStyle: settings.pathStyle ?? false,
    maxAttempts: attemptsMax,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  })
}

async function put(client: S3Client, location: string, bytes: Uint8Array, ifAbsent: boolean): Promise<void> {
  const condition = ifAbsent ? { IfNoneMatch: '*' } : {}
  await ask(location, async () => {
    try {
      await client.send(new PutObjectCommand({ ...addressOf(location), Body: bytes, ...condition }))
    } catch (error) {
      const { httpStatusCode, attempts = 1 } = (error as Failure).$metadata ?? {}
      // The answer to an earlier attempt may have been lost: then what is there are these bytes.
      if (httpStatusCode !== 412 || attempts === 1 || !(await bytesOf(client, location)).equals(bytes)) throw error
    }
  })
}

/** The client tries a request again, but not a body that breaks off. */
async function bytesOf(client: S3Client, location: string): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    const { Body } = await client.send(new GetObjectCommand(addressOf(location)))
    try {
      return Buffer.from(await Body!.transformToByteArray())
    } catch (error) {
      if (attempt === attemptsMax) throw error
    }
  }
}

async function sizeOf(client: S3Client, location: string): Promise<number | undefined> {
  try {
    return await ask(
      location,
      async () => (await client.send(new HeadObjectCommand(addressOf(location)))).ContentLength ?? 0,
    )
  } catch (error) {
    if (error instanceof WeirError && error.code === 'WEIR-8002') return undefined
    throw error
  }
}

async function* list(client: S3Client, prefix: string): AsyncIterable<StoredObject> {
  const { Bucket, Key } = addressOf(prefix)
  let token: string | undefined
  do {
    const request = { Bucket, Prefix: Key, ...(token === undefined ? {} : { ContinuationToken: token }) }
    const page = await ask(prefix, () => client.send(new ListObjectsV2Command(request)))
    for (const { Key: key, Size, LastModified } of page.Contents ?? [])
      yield { location: `s3://${Bucket}/${key}`, sizeBytes: Size ?? 0, modifiedMs: LastModified?.getTime() ?? 0 }
    token = page.NextContinuationToken
  } while (token !== undefined)
}

function addressOf(location: string): Address {
  const match = /^s3[an]?:\/\/([^/]+)\/(.*)$/is.exec(location)
  if (match === null) throw new WeirError('WEIR-8005', `${location} is not of the form s3://bucket/key`)
  return { Bucket: match[1]!, Key: match[2]! }
}

/** What the client tells of a request that failed. */
interface Failure {
  readonly name?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number }
}

async function ask<T>(location: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    if (cause instanceof WeirError) throw cause
    const { name, $metadata } = cause as Failure
    const status = $metadata?.httpStatusCode
    if (name === 'NoSuchKey' || name === 'NotFound' || (status === 404 && name !== 'NoSuchBucket'))
      throw new WeirError('WEIR-8002', `${location} is not there`, { cause })
    if (status === 412) throw new WeirError('WEIR-8003', `${location} is already there`, { cause })
    const reason = cause instanceof Error ? cause.message : String(cause)
    const answer = status === undefined ? 'S3 did not answer' : `S3 answered ${status}`
    throw new WeirError('WEIR-8004', `${answer} for ${location}: ${name ?? ''} ${reason}`, { cause })
  }
}
