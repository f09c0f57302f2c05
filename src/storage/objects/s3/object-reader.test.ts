import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { openObjectReader } from './object-reader.ts'

/** A page of names as s3proxy 4.1 gives it; of a file that was put below it, it knows no ETag. */
const page = (etags: readonly (string | undefined)[]): string => `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>weir</Name><Prefix>daily/</Prefix><KeyCount>${etags.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${etags
  .map(
    (etag, at) =>
      `<Contents><Key>daily/${at}.csv</Key><LastModified>2026-11-30T15:03:17Z</LastModified>${etag === undefined ? '' : `<ETag>${etag}</ETag>`}<Size>11</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  )
  .join('')}</ListBucketResult>`

async function listed(answer: string): Promise<readonly string[]> {
  const server = createServer((_, to) => to.writeHead(200, { 'content-type': 'application/xml' }).end(answer))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const keys = { accessKeyId: 'weir', secretAccessKey: 'weir-secret' }
  try {
    const found: string[] = []
    for await (const { etag } of openObjectReader({ endpoint, pathStyle: true, ...keys }, nodeFiles).list(
      's3://weir/daily/',
    ))
      found.push(etag)
    return found
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

void suite('names in a bucket of others', () => {
  void test('an object without an ETag is refused: a later one of its size would be taken for it', async () => {
    assert.deepEqual(await listed(page(['&quot;a&quot;', '&quot;b&quot;'])), ['"a"', '"b"'])
    await assert.rejects(listed(page(['&quot;a&quot;', undefined])), {
      code: 'WEIR-4022',
      message: /^s3:\/\/weir\/daily\/1\.csv is listed without an ETag/,
    })
  })
})
