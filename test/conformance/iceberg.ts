import { createServer } from 'node:http'
import { createCatalog } from '../../src/lake/catalog/create-catalog.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { memoryPointers } from '../support/memory-pointers.ts'

/**
 * Serves the catalog alone, for the foreign suites: `node test/conformance/iceberg.ts WAREHOUSE [PORT]`. Prints its
 * address. The suites write to folders of their own, so every local path is open here.
 */
const [warehouse = '', port = '0'] = process.argv.slice(2)
if (!/^(file:\/\/\/|s3:\/\/)/.test(warehouse)) throw new Error('name a warehouse: file:///folder or s3://bucket/prefix')
const environment = process.env
const objects = openObjectStore({
  roots: ['file:///', warehouse],
  files: nodeFiles,
  ...(environment['S3_ENDPOINT'] === undefined
    ? {}
    : {
        s3: {
          endpoint: environment['S3_ENDPOINT'],
          region: environment['AWS_REGION'] ?? 'us-east-1',
          pathStyle: true,
          cacheDirectory: '/tmp/weir-s3-cache',
          cacheBytesMax: 1 << 30,
        },
      }),
})
const catalog = createCatalog({ pointers: memoryPointers(), objects, warehouse })

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const url = new URL(request.url ?? '/', 'http://catalog')
    void catalog
      .handle({
        method: request.method ?? 'GET',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers as Record<string, string | undefined>,
        body: Buffer.concat(chunks).toString(),
      })
      .then(({ status, headers, body }) => {
        if (environment['TRACE'] !== undefined)
          console.error(request.method, request.url, status, status >= 400 ? body : '')
        response.writeHead(status, headers)
        response.end(body)
      })
  })
})
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`)
})
