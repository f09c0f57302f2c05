import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bodyOf, errorOf } from '../../../../test/support/ask-catalog.ts'
import { memoryPointers } from '../../../../test/support/memory-pointers.ts'
import { openS3Store, s3Server } from '../../../../test/support/s3-store.ts'
import { addressOf } from '../../../storage/objects/s3/address.ts'
import { addressIn } from '../../../storage/objects/s3/bucket-request.ts'
import { openRequestSigner } from '../../../storage/objects/s3/open-request-signer.ts'
import type { CatalogAccess } from '../access/catalog-access.ts'
import { guardCatalog } from '../access/guard-catalog.ts'
import type { CatalogResponse } from '../catalog.ts'
import { createCatalog, isPlaceOf } from '../create-catalog.ts'
import type { ManyHeaders } from './signed-headers.ts'

const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] }
const bytes = 'some bytes'

/** `ana` reads t, `etl` writes it, `maker` makes tables and may do nothing with t. */
const may: Readonly<Record<string, readonly string[]>> = {
  ana: ['table:read t'],
  etl: ['table:read t', 'table:write t'],
  masked: ['table:write t'],
  maker: ['table:create made'],
}
const accessOf = (user: string): CatalogAccess => ({
  refusal: (action, { name }) => (may[user]!.includes(`${action} ${name}`) ? undefined : `${user} lacks ${action}`),
  sees: () => true,
})

async function openSignedLake() {
  const s3 = await openS3Store()
  const signer = await openRequestSigner(s3.root, s3.settings)
  const own = createCatalog({
    pointers: memoryPointers(),
    objects: s3.store,
    warehouse: s3.root,
    signing: { signer, config: { 's3.endpoint': s3.settings.endpoint! } },
  })
  const catalog = guardCatalog(own, {
    files: s3.store,
    signs: true,
    isPlaceOf: (table, location) => isPlaceOf(s3.root, table, location),
  })
  const ask = (user: string | undefined, call: string, body?: unknown): Promise<CatalogResponse> => {
    const [method = '', target = ''] = call.split(' ')
    const url = new URL(`http://catalog/v1${target}`)
    return catalog.handle({
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { 'x-iceberg-access-delegation': 'vended-credentials,remote-signing' },
      body: body === undefined ? '' : JSON.stringify(body),
      ...(user === undefined ? {} : { access: accessOf(user) }),
    })
  }
  await ask(undefined, 'POST /namespaces', { namespace: ['public'] })
  const made = await ask(undefined, 'POST /namespaces/public/tables', { name: 't', schema })
  const { endpoint } = s3Server()
  const uriOf = (location: string, query = ''): string => `${endpoint}/${location.slice('s3://'.length)}${query}`
  const location = `${s3.root}/public/t`
  /** What the signer answers to a request for the file, of the table unless another address is asked. */
  const signed = (user: string | undefined, method: string, uri: string, headers: ManyHeaders = {}, at?: string) =>
    ask(user, `POST /${at ?? 'namespaces/public/tables/t/sign'}`, { region: 'us-east-1', method, uri, headers })
  /** Sends what was signed, with whatever else. */
  const send = async (answer: CatalogResponse, method: string, body?: string, more: Record<string, string> = {}) => {
    assert.equal(answer.status, 200, answer.body)
    const { uri, headers } = bodyOf<{ uri: string; headers: ManyHeaders }>(answer)
    const all = Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')]))
    const response = await fetch(uri, { method, headers: { ...all, ...more }, ...(body === undefined ? {} : { body }) })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  return {
    s3,
    made,
    ask,
    signed,
    send,
    uriOf,
    location,
    [Symbol.asyncDispose]: () => s3[Symbol.asyncDispose](),
  }
}

void suite('signing of requests to S3', () => {
  void test('who loads a table is told where requests are signed, and gets no keys', async () => {
    await using lake = await openSignedLake()
    const answer = await lake.ask('ana', 'GET /namespaces/public/tables/t')
    const { config, ...rest } = bodyOf<{ config: Record<string, string> }>(answer)
    assert.deepEqual(config, {
      's3.endpoint': lake.s3.settings.endpoint,
      's3.remote-signing-enabled': 'true',
      's3.signer': 'S3V4RestSigner',
      's3.signer.endpoint': 'v1/namespaces/public/tables/t/sign',
      'signer.endpoint': 'v1/namespaces/public/tables/t/sign',
      'py-io-impl': 'pyiceberg.io.fsspec.FsspecFileIO',
    })
    assert.ok(!('storage-credentials' in rest))
    assert.ok(!answer.body.includes(process.env['AWS_SECRET_ACCESS_KEY']!))
    const { endpoints } = bodyOf<{ endpoints: string[] }>(await lake.ask('ana', 'GET /config'))
    assert.ok(endpoints.includes('POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/sign'))
    assert.ok(!endpoints.some((endpoint) => endpoint.endsWith('/credentials')))
  })

  void test('who may not read is told why, also one who sees columns masked and may write', async () => {
    await using lake = await openSignedLake()
    const file = lake.uriOf(`${lake.location}/data/a.parquet`)
    for (const user of ['masked', 'maker'])
      for (const method of ['GET', 'HEAD', 'PUT'])
        assert.match(
          errorOf(await lake.signed(user, method, file)),
          new RegExp(`^403 ForbiddenException: ${user} lacks table:read`),
        )
    assert.match(
      errorOf(await lake.signed('ana', 'GET', file, {}, 'namespaces/public/tables/none/sign')),
      /lacks table:read/,
    )
    assert.match(errorOf(await lake.signed(undefined, 'GET', file, {}, 'namespaces/public/tables/none/sign')), /^404/)
    // Nor is a file of one table signed by the address of another.
    await lake.ask(undefined, 'POST /namespaces/public/tables', { name: 'u', schema })
    const other = await lake.signed('ana', 'GET', lake.uriOf(`${lake.s3.root}/public/u/data/a.parquet`))
    assert.match(errorOf(other), /^403 .*does not lie under s3:\/\/.*\/public\/t\/ \(WEIR-7015\)/)
  })

  void test('a table whose folder others may lie in is not signed for', async () => {
    await using lake = await openSignedLake()
    for (const [name, location] of [
      ['whole', lake.s3.root],
      ['shallow', `${lake.s3.root}/public`],
      ['deep', `${lake.location}/data/x`],
    ] as const) {
      await lake.ask(undefined, 'POST /namespaces/public/tables', { name, schema, location })
      const file = lake.uriOf(`${location}/data/a.parquet`)
      const answer = await lake.signed(undefined, 'GET', file, {}, `namespaces/public/tables/${name}/sign`)
      assert.match(errorOf(answer), /^403 .*is no folder of one table under/)
    }
  })

  void test('a request to sign has a limit, and is for S3', async () => {
    await using lake = await openSignedLake()
    const file = lake.uriOf(`${lake.location}/data/a.parquet`)
    const long = await lake.signed('ana', 'GET', file, { range: ['a'.repeat(70_000)] })
    assert.match(errorOf(long), /^400 BadRequestException: A request to sign has at most 65536 characters/)
    const gcs = { region: 'r', method: 'GET', uri: file, headers: {}, provider: 'gcs' }
    assert.match(errorOf(await lake.ask('ana', 'POST /namespaces/public/tables/t/sign', gcs)), /^400 .*provider/)
  })
})

if (s3Server().takesUnsignedHeaders) void suite('a server that takes what no signature covers', unsignedRequests)
else void suite('requests to S3 that were signed', signedRequests)

function signedRequests(): void {
  void test('who may read reads and lists, and writes nothing; who may write writes, and replaces and removes nothing', async () => {
    await using lake = await openSignedLake()
    const { signed, send, uriOf, location } = lake
    const file = uriOf(`${location}/data/day%3D1/a.parquet`)
    const put = await signed('etl', 'PUT', file, { 'content-type': ['text/plain'] })
    assert.equal(put.headers['cache-control'], 'no-cache')
    assert.equal((await send(put, 'PUT', bytes)).status, 200)
    const get = await signed('ana', 'GET', file, { Range: ['bytes=5-9'] })
    assert.equal(get.headers['cache-control'], 'private')
    assert.equal((await send(get, 'GET')).text, 'bytes')
    // A client may read another piece by the same signature.
    assert.equal((await send(get, 'GET', undefined, { Range: 'bytes=0-3' })).text, 'some')
    assert.equal((await send(await signed('ana', 'HEAD', file), 'HEAD')).headers.get('content-length'), '10')
    const [bucket, ...root] = location.slice('s3://'.length).split('/')
    const prefix = encodeURIComponent(`${root.join('/')}/data/`)
    const list = await signed('ana', 'GET', uriOf(`s3://${bucket}`, `?list-type=2&prefix=${prefix}&delimiter=`))
    assert.match((await send(list, 'GET')).text, /data\/day=1\/a\.parquet/)
    for (const [method, uri] of [
      ['PUT', uriOf(`${location}/data/b.parquet`)],
      ['POST', uriOf(`${location}/data/b.parquet?uploads`)],
      ['DELETE', file],
    ] as const)
      assert.match(errorOf(await signed('ana', method, uri)), /^403 ForbiddenException: ana lacks table:write/)
    // The file that is there stays.
    assert.equal((await send(await signed('etl', 'PUT', file), 'PUT', 'other')).status, 412)
    assert.match(errorOf(await signed('etl', 'DELETE', file)), /^403 .*removed by the maintenance of Weir.*WEIR-7015/)
    assert.equal((await send(await signed('ana', 'GET', file), 'GET')).text, bytes)
  })

  void test('a large file comes in parts, and is the first of its name too; an upload can be given up', async () => {
    await using lake = await openSignedLake()
    const { signed, send, uriOf, location } = lake
    const file = uriOf(`${location}/data/large.parquet`)
    const begin = async (): Promise<string> => {
      const { text } = await send(await signed('etl', 'POST', `${file}?uploads`), 'POST')
      return encodeURIComponent(/<UploadId>([^<]+)</.exec(text)![1]!)
    }
    const complete = async (upload: string) => {
      const part = await send(await signed('etl', 'PUT', `${file}?partNumber=1&uploadId=${upload}`), 'PUT', bytes)
      assert.equal(part.status, 200, part.text)
      const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.get('etag')}</ETag></Part></CompleteMultipartUpload>`
      return send(await signed('etl', 'POST', `${file}?uploadId=${upload}`), 'POST', body)
    }
    assert.equal((await complete(await begin())).status, 200)
    const second = await begin()
    assert.equal((await complete(second)).status, 412)
    assert.equal((await send(await signed('etl', 'DELETE', `${file}?uploadId=${second}`), 'DELETE')).status, 204)
    assert.equal((await send(await signed('ana', 'GET', file), 'GET')).text, bytes)
  })

  void test('a signature is good for the request that was judged and for no other', async () => {
    await using lake = await openSignedLake()
    const { signed, send, uriOf, location, s3 } = lake
    const secret = `${s3.root}/public/secret/data/a.parquet`
    await s3.store.put(secret, Buffer.from('a secret'))
    await s3.store.put(`${location}/data/a.parquet`, Buffer.from(bytes))
    const target = uriOf(`${location}/data/b.parquet`)
    const put = await signed('etl', 'PUT', target)
    const source = `/${secret.slice('s3://'.length)}`
    // Added behind the signer's back.
    for (const more of [{ 'x-amz-copy-source': source }, { 'if-none-match': '"a"' }])
      assert.equal((await send(put, 'PUT', '', more)).status, 403, JSON.stringify(more))
    const { headers } = bodyOf<{ headers: ManyHeaders }>(
      await signed('ana', 'GET', uriOf(`${location}/data/a.parquet`)),
    )
    const all = Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')]))
    for (const uri of [uriOf(secret), uriOf(`${location}/data/b.parquet`), uriOf(`${location}/data/a.parquet?acl`)])
      assert.equal((await fetch(uri, { headers: all })).status, 403, uri)
    for (const method of ['DELETE', 'PUT'])
      assert.equal((await fetch(uriOf(`${location}/data/a.parquet`), { method, headers: all })).status, 403, method)
    const { 'if-none-match': _, ...without } = Object.fromEntries(
      Object.entries(bodyOf<{ headers: ManyHeaders }>(put).headers).map(([name, values]) => [name, values.join(', ')]),
    )
    assert.equal((await fetch(target, { method: 'PUT', headers: without, body: bytes })).status, 403)
  })

  void test('a table that is being made has files before it has a name: of its maker alone, in a folder of its own', async () => {
    await using lake = await openSignedLake()
    const { ask, signed, send, uriOf } = lake
    const stage = async () => {
      const answer = await ask('maker', 'POST /namespaces/public/tables', {
        name: 'made',
        schema,
        'stage-create': true,
      })
      const { metadata, config } = bodyOf<{ metadata: { location: string }; config: Record<string, string> }>(answer)
      return { location: metadata.location, signer: config['s3.signer.endpoint']!.replace(/^v1\//, '') }
    }
    const [one, two] = [await stage(), await stage()]
    assert.notEqual(one.location, two.location)
    const file = uriOf(`${one.location}/data/a.parquet`)
    assert.equal((await send(await signed('maker', 'PUT', file, {}, one.signer), 'PUT', bytes)).status, 200)
    assert.equal((await send(await signed('maker', 'GET', file, {}, one.signer), 'GET')).text, bytes)
    const plain = 'namespaces/public/tables/made/sign'
    const forged = `${plain}?staged=${one.signer.split('=')[1]!.replace(/.{4}$/, 'AAAA')}`
    for (const [user, at, why] of [
      ['maker', two.signer, /does not lie under/],
      ['maker', plain, /maker lacks table:read/],
      ['maker', forged, /maker lacks table:read/],
      ['ana', one.signer, /ana lacks table:read/],
    ] as const)
      assert.match(errorOf(await signed(user, 'GET', file, {}, at)), why, at)
    // Once it is there, its name decides, whoever made it.
    await ask(undefined, 'POST /namespaces/public/tables', { name: 'made', schema })
    assert.match(errorOf(await signed('maker', 'GET', file, {}, one.signer)), /^403 .*maker lacks table:read/)
  })

  void test('INV-A14: the address of what was staged opens nothing once a table was made there, whatever its name is now', async () => {
    await using lake = await openSignedLake()
    const { ask, signed, send, uriOf } = lake
    const answer = await ask('maker', 'POST /namespaces/public/tables', { name: 'made', schema, 'stage-create': true })
    const { metadata, config } = bodyOf<{ metadata: { location: string; schemas: unknown[] }; config: object }>(answer)
    const signer = (config as Record<string, string>)['s3.signer.endpoint']!.replace(/^v1\//, '')
    const file = uriOf(`${metadata.location}/data/a.parquet`)
    assert.equal((await send(await signed('maker', 'PUT', file, {}, signer), 'PUT', bytes)).status, 200)
    const made = await ask('maker', 'POST /namespaces/public/tables/made', {
      requirements: [{ type: 'assert-create' }],
      updates: [
        { action: 'add-schema', schema: metadata.schemas[0] },
        { action: 'set-current-schema', 'schema-id': -1 },
        { action: 'add-spec', spec: { fields: [] } },
        { action: 'set-default-spec', 'spec-id': -1 },
        { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
        { action: 'set-default-sort-order', 'sort-order-id': -1 },
        { action: 'set-location', location: metadata.location },
      ],
    })
    assert.equal(made.status, 200, made.body)
    const [source, destination] = ['made', 'secret'].map((name) => ({ namespace: ['public'], name }))
    assert.equal((await ask(undefined, 'POST /tables/rename', { source, destination })).status, 204)
    for (const method of ['GET', 'PUT'])
      assert.match(errorOf(await signed('maker', method, file, {}, signer)), /^40[34] /, method)
  })
}

function unsignedRequests(): void {
  void test('gets nothing signed: it copies the files of others', async () => {
    await using lake = await openSignedLake()
    const { signed, uriOf, location, s3 } = lake
    const [target, secret] = [`${location}/data/a.parquet`, `${s3.root}/public/secret/data/a.parquet`]
    for (const [user, method] of [
      ['ana', 'GET'],
      ['etl', 'PUT'],
      [undefined, 'PUT'],
    ] as const)
      assert.match(
        errorOf(await signed(user, method, uriOf(target))),
        /^400 BadRequestException: .*takes x-amz-copy-source beside what is signed.*Use a server that refuses it.*WEIR-8010/,
      )
    await s3.store.put(secret, Buffer.from('a secret'))
    // Signed all the same, by one who was told that the server keeps to it.
    const signer = await openRequestSigner(s3.root, s3.settings, async () => new Response(null, { status: 403 }))
    const { uri, ...address } = addressIn(signer.server, addressOf(target).Key)
    const headers = await signer.sign({ method: 'PUT', query: {}, headers: {}, ...address })
    const source = `/${secret.slice('s3://'.length)}`
    const copied = await fetch(uri, { method: 'PUT', headers: { ...headers, 'x-amz-copy-source': source } })
    assert.equal(copied.status, 200, await copied.text())
    assert.equal((await s3.store.get(target)).toString(), 'a secret')
  })
}
