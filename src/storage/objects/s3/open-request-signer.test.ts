import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openRequestSigner } from './open-request-signer.ts'

const settings = {
  endpoint: 'http://s3.example.com:9000',
  region: 'eu-west-1',
  pathStyle: true,
  accessKeyId: 'id',
  secretAccessKey: 'the secret',
  cacheDirectory: '/nowhere',
}
const parts = {
  method: 'GET',
  protocol: 'http:',
  host: 's3.example.com:9000',
  path: '/lake/a',
  query: {},
  headers: {},
} as const

/** A signer whose server answers so, one status after the other; 0 is no answer. */
async function signerOf(...statuses: number[]) {
  const asked: { readonly uri: string; readonly headers: Headers }[] = []
  const signer = await openRequestSigner('s3://lake/prod', settings, async (uri, init) => {
    assert.ok(typeof uri === 'string')
    asked.push({ uri, headers: new Headers(init?.headers) })
    const status = statuses.shift()
    if (status === undefined || status === 0) throw new TypeError('fetch failed')
    return new Response(null, { status })
  })
  return { signer, asked }
}

void suite('signing for a bucket', () => {
  void test('the server is asked once whether it keeps to signatures, by a copy that none covers, where the tables lie', async () => {
    const { signer, asked } = await signerOf(403)
    const [first] = [await signer.sign(parts), await signer.sign(parts)]
    assert.equal(asked.length, 1)
    assert.match(asked[0]!.uri, /^http:\/\/s3\.example\.com:9000\/lake\/prod\/\.weir-check-[0-9a-f-]{36}$/)
    assert.match(asked[0]!.headers.get('x-amz-copy-source')!, /^\/lake\/prod\/\.weir-check-.*\.source$/)
    assert.match(
      asked[0]!.headers.get('authorization')!,
      /SignedHeaders=host;if-none-match;x-amz-content-sha256;x-amz-date,/,
    )
    assert.deepEqual(Object.keys(first).toSorted(), ['authorization', 'x-amz-content-sha256', 'x-amz-date'])
    assert.match(first['authorization']!, /Credential=id\/\d{8}\/eu-west-1\/s3\/aws4_request/)
    assert.ok(!JSON.stringify(first).includes('the secret'))
  })

  void test('one that would copy gets nothing signed, and one that does not answer is asked again', async () => {
    for (const status of [200, 404, 400]) {
      const { signer } = await signerOf(status)
      await assert.rejects(signer.sign(parts), { code: 'WEIR-8010' }, String(status))
    }
    const { signer, asked } = await signerOf(0, 503, 403)
    await assert.rejects(signer.sign(parts), { code: 'WEIR-8004' })
    await assert.rejects(signer.sign(parts), { code: 'WEIR-8004' })
    await signer.sign(parts)
    assert.equal(asked.length, 3)
  })
})
