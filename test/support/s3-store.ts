import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { openObjectStore, type OpenObjectStore } from '../../src/storage/objects/open.ts'
import type { S3Settings } from '../../src/storage/objects/s3/s3-settings.ts'

export interface S3Store extends AsyncDisposable {
  readonly store: OpenObjectStore
  /** An empty place of its own in the bucket, without a slash at the end. */
  readonly root: string
  readonly settings: S3Settings
}

interface RunningS3 {
  readonly endpoint: string
  readonly bucket: string
  /** Whether it heeds headers of Amazon's that the signature of a request does not cover, which Amazon's S3 refuses. */
  readonly takesUnsignedHeaders: boolean
}

/** The server that `npm run conformance` started, with its bucket. */
export function s3Server(): RunningS3 {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket = 'weir', S3_TAKES_UNSIGNED_HEADERS: takes } = process.env
  assert.ok(endpoint !== undefined, 'S3_ENDPOINT, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must name an S3 server')
  return { endpoint, bucket, takesUnsignedHeaders: takes === 'true' }
}

/** A store on that server, or on a proxy before it, with a cache of its own; the smallest parts and short waits. */
export async function openS3Store(changes: Partial<S3Settings> = {}): Promise<S3Store> {
  const { endpoint, bucket } = s3Server()
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'weir-s3-'))
  const settings: S3Settings = {
    endpoint,
    region: process.env['AWS_REGION'] ?? 'us-east-1',
    pathStyle: true,
    cacheDirectory,
    cacheBytesMax: 64 << 20,
    partBytes: 5 << 20,
    patience: { delayMs: 10, delayMsMax: 200 },
    ...changes,
  }
  return {
    store: openObjectStore({ roots: [`s3://${bucket}`], files: nodeFiles, s3: settings }),
    root: `s3://${bucket}/tests/${randomUUID()}`,
    settings,
    [Symbol.asyncDispose]: () => rm(cacheDirectory, { recursive: true, force: true }),
  }
}
