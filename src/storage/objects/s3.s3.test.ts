import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeObjectStoreContract } from '../../../test/contracts/object-store.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { openObjectStore } from './open.ts'

// Started by `npm run conformance`, which sets these; `S3_BUCKET` exists.
const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket = 'weir', AWS_REGION: region = 'us-east-1' } = process.env
assert.ok(endpoint !== undefined, 'S3_ENDPOINT, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must name an S3 server')

describeObjectStoreContract('S3', async () => {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'weir-s3-'))
  return {
    store: openObjectStore({
      roots: [],
      files: nodeFiles,
      s3: { endpoint, region, pathStyle: true, cacheDirectory, cacheBytesMax: 64 << 20 },
    }),
    root: `s3://${bucket}/contract/${randomUUID()}`,
    [Symbol.asyncDispose]: () => rm(cacheDirectory, { recursive: true, force: true }),
  }
})
