import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { BucketServer } from '../../../storage/objects/s3/bucket-request.ts'
import { judgeRequest } from './judge-request.ts'
import type { ManyHeaders } from './signed-headers.ts'

const server: BucketServer = { bucket: 'lake', region: 'eu-west-1', endpoint: 'http://s3:9000', pathStyle: true }
const location = 's3://lake/prod/public/orders'
const start = 'http://s3:9000/lake/prod/public/orders'
const data = `${start}/data/a.parquet`
const listed = (prefix: string, more = '') =>
  `http://s3:9000/lake?list-type=2&prefix=${encodeURIComponent(prefix)}&delimiter=%2F${more}`

const judge = (method: string, uri: string, headers: ManyHeaders = {}, at = location) =>
  judgeRequest({ method, uri, headers }, at, server)

/** What is signed; fails where nothing is. */
function signed(method: string, uri: string, headers?: ManyHeaders, at?: string) {
  const judged = judge(method, uri, headers, at)
  assert.ok(typeof judged !== 'string', `${method} ${uri}: ${JSON.stringify(judged)}`)
  return judged
}

void suite('which requests to the files of a table are signed', () => {
  void test('those that read, list, write and send in parts, in data and metadata', () => {
    for (const [method, uri] of [
      ['GET', data],
      ['GET', `${start}/metadata/00000-a.metadata.json?x-id=GetObject`],
      ['GET', `${start}/data/day%3D1/a.parquet`],
      ['HEAD', data],
      ['GET', listed('prod/public/orders/data/')],
      ['GET', listed('prod/public/orders/metadata/0000', '&max-keys=1&encoding-type=url&continuation-token=a%2Fb%3D')],
      ['PUT', data],
      ['POST', `${data}?uploads`],
      ['POST', `${data}?uploads=`],
      ['PUT', `${data}?partNumber=1&uploadId=a-b.c_1%3D`],
      ['POST', `${data}?uploadId=abc`],
      ['DELETE', `${data}?uploadId=abc`],
      ['DELETE', `${data}?uploadId=2~a.b%2Fc%2B..d%3D%3D`],
    ] as const)
      assert.equal(signed(method, uri).method, method)
    assert.equal(
      signed('GET', data, {}, 's3a://lake/prod/public/orders/').path,
      '/lake/prod/public/orders/data/a.parquet',
    )
  })

  void test('what creates an object must be the first of its name, whatever the client says', () => {
    for (const [method, uri] of [
      ['PUT', data],
      ['POST', `${data}?uploadId=abc`],
    ] as const)
      for (const headers of [{}, { 'If-None-Match': ['"etag"'] }, { 'if-match': ['*'] }])
        assert.equal(signed(method, uri, headers).headers['if-none-match'], '*')
    for (const [method, uri] of [
      ['PUT', `${data}?partNumber=1&uploadId=a`],
      ['POST', `${data}?uploads`],
      ['GET', data],
    ] as const)
      assert.equal(signed(method, uri).headers['if-none-match'], undefined)
  })

  void test('what Java’s SDK sends of the bytes that it wants is covered', () => {
    assert.deepEqual(signed('GET', data, { 'x-amz-te': ['append-md5'], 'x-amz-checksum-mode': ['ENABLED'] }).headers, {
      'x-amz-te': 'append-md5',
      'x-amz-checksum-mode': 'ENABLED',
    })
  })

  void test('what S3 acts on is covered, and what programs on the way change is not', () => {
    const { headers } = signed('PUT', data, {
      Host: ['s3:9000'],
      'User-Agent': ['a client'],
      Range: ['bytes=0-9'],
      'amz-sdk-invocation-id': ['1'],
      'Content-Type': ['application/octet-stream'],
      'Content-MD5': ['rL0Y20zC+Fzt72VPzMSk2A=='],
      'X-Amz-Content-SHA256': ['UNSIGNED-PAYLOAD'],
      'x-amz-checksum-crc32': [' sOO8/Q== '.trim()],
      'x-amz-sdk-checksum-algorithm': ['CRC32'],
      Authorization: ['AWS4-HMAC-SHA256 of somebody'],
      'x-amz-date': ['20000101T000000Z'],
      'x-amz-security-token': ['of somebody'],
    })
    assert.deepEqual(headers, {
      'content-type': 'application/octet-stream',
      'content-md5': 'rL0Y20zC+Fzt72VPzMSk2A==',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-checksum-crc32': 'sOO8/Q==',
      'x-amz-sdk-checksum-algorithm': 'CRC32',
      'if-none-match': '*',
    })
  })

  for (const [what, method, uri, headers = {}, at = location] of [
    ['a file of another table', 'GET', 'http://s3:9000/lake/prod/public/people/data/a.parquet'],
    ['a file of a table that begins alike', 'GET', 'http://s3:9000/lake/prod/public/orders2/data/a.parquet'],
    ['a file beside all tables', 'GET', 'http://s3:9000/lake/other'],
    ['the table itself', 'GET', start],
    ['a state of a delivery', 'GET', `${start}/weir/state-1.json`],
    ['dead letters', 'GET', `${start}/weir/letters/1.parquet`],
    ['a file beside the folders', 'GET', `${start}/a.parquet`],
    ['a folder in another case', 'GET', `${start}/DATA/a.parquet`],
    ['a way up', 'GET', `${start}/data/../../people/data/a.parquet`],
    ['an encoded way up', 'GET', `${start}/data/%2e%2e/%2e%2e/people/data/a.parquet`],
    ['one to a server that decodes twice', 'GET', `${start}/data/%252e%252e/%252E./people/data/a.parquet`],
    ['a double slash', 'GET', `${start}//data/a.parquet`],
    ['another bucket', 'GET', 'http://s3:9000/other/prod/public/orders/data/a.parquet'],
    ['another bucket by the host', 'GET', 'http://lake.s3:9000/other/prod/public/orders/data/a'],
    ['a server of somebody else', 'GET', 'http://evil/lake/prod/public/orders/data/a.parquet'],
    ['the bucket', 'GET', 'http://s3:9000/lake'],
    ['the bucket by HEAD', 'HEAD', 'http://s3:9000/lake'],
    ['a list of all', 'GET', 'http://s3:9000/lake?list-type=2'],
    ['a list of the old form', 'GET', 'http://s3:9000/lake?prefix=prod%2Fpublic%2Forders%2Fdata%2F'],
    ['a list of other tables', 'GET', listed('prod/public/')],
    ['a list of tables that begin alike', 'GET', listed('prod/public/orders')],
    ['a list of what is Weir’s', 'GET', listed('prod/public/orders/')],
    ['a list of states', 'GET', listed('prod/public/orders/weir/')],
    ['a list of what begins like a folder', 'GET', listed('prod/public/orders/data')],
    ['a list that goes up', 'GET', listed('prod/public/orders/data/../../people/data/')],
    ['a list with a double slash', 'GET', listed('prod/public/orders/data//..')],
    ['a list with two prefixes', 'GET', `${listed('prod/public/orders/data/')}&prefix=`],
    ['a list by an object', 'GET', `${data}?list-type=2&prefix=prod%2Fpublic%2Forders%2Fdata%2F`],
    ['a removal', 'DELETE', data],
    ['a removal of a version', 'DELETE', `${data}?versionId=1`],
    ['a removal of many', 'POST', 'http://s3:9000/lake?delete'],
    ['a removal of many by an object', 'POST', `${data}?delete`],
    ['a removal beside an upload', 'POST', `${data}?uploadId=a&delete`],
    ['a form of a browser', 'POST', 'http://s3:9000/lake'],
    ['a restore', 'POST', `${data}?restore`],
    ['a select', 'POST', `${data}?select&select-type=2`],
    ['an older version', 'GET', `${data}?versionId=1`],
    ['an access list', 'GET', `${data}?acl`],
    ['another access list', 'PUT', `${data}?acl`],
    ['tags', 'PUT', `${data}?tagging`],
    ['a lock', 'PUT', `${data}?legal-hold`],
    ['the policy of the bucket', 'PUT', 'http://s3:9000/lake?policy'],
    ['all uploads', 'GET', 'http://s3:9000/lake?uploads'],
    ['parts of an upload', 'GET', `${data}?uploadId=a`],
    ['a part without its upload', 'PUT', `${data}?partNumber=1`],
    ['part 0', 'PUT', `${data}?partNumber=0&uploadId=a`],
    ['an upload that is none', 'PUT', `${data}?partNumber=1&uploadId=`],
    ['an upload that is a way up', 'PUT', `${data}?partNumber=1&uploadId=..%2F..%2Fpeople%2Fdata`],
    ['an upload that goes up', 'PUT', `${data}?partNumber=1&uploadId=a%2F..%2F..%2Fpeople`],
    ['an upload that is the folder above', 'POST', `${data}?uploadId=..`],
    ['an upload of the root', 'DELETE', `${data}?uploadId=%2Fdata`],
    ['an upload with a line break', 'PUT', `${data}?partNumber=1&uploadId=a%0Ab`],
    ['another content type of the answer', 'GET', `${data}?response-content-type=text%2Fhtml`],
    ['a signature in the address', 'GET', `${data}?X-Amz-Signature=a`],
    ['an unknown parameter', 'GET', `${data}?x=1`],
    ['an unknown parameter of a prototype', 'GET', `${data}?constructor=a`],
    ['another method', 'PATCH', data],
    ['OPTIONS', 'OPTIONS', data],
    ['a copy', 'PUT', data, { 'x-amz-copy-source': ['/lake/prod/public/people/data/a.parquet'] }],
    ['a copy in capitals', 'PUT', data, { 'X-Amz-Copy-Source': ['/lake/prod/public/people/data/a.parquet'] }],
    ['a part that is copied', 'PUT', `${data}?partNumber=1&uploadId=a`, { 'x-amz-copy-source': ['/lake/x'] }],
    ['a range of a copy', 'PUT', data, { 'x-amz-copy-source-range': ['bytes=0-1'] }],
    ['a file for everybody', 'PUT', data, { 'x-amz-acl': ['public-read'] }],
    ['a file for somebody', 'PUT', data, { 'x-amz-grant-read': ['id=1'] }],
    ['a file that leads elsewhere', 'PUT', data, { 'x-amz-website-redirect-location': ['http://evil'] }],
    ['a file in an archive', 'PUT', data, { 'x-amz-storage-class': ['GLACIER'] }],
    ['a file under a key of the client', 'PUT', data, { 'x-amz-server-side-encryption-customer-key': ['a'] }],
    ['an append', 'PUT', data, { 'x-amz-write-offset-bytes': ['0'] }],
    ['a rename', 'PUT', data, { 'x-amz-rename-source': ['/lake/x'] }],
    ['a lock that stays', 'PUT', data, { 'x-amz-object-lock-mode': ['COMPLIANCE'] }],
    ['a header of S3 that is not known', 'GET', data, { 'x-amz-new': ['1'] }],
    [
      'chunks that are signed with the key',
      'PUT',
      data,
      { 'x-amz-content-sha256': ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD'] },
    ],
    ['a header twice', 'PUT', data, { 'x-amz-meta-a': ['1'], 'X-Amz-Meta-A': ['2'] }],
    ['a covered header twice', 'PUT', data, { 'content-type': ['a'], 'Content-Type': ['b'] }],
    ['a header with two values', 'PUT', data, { 'x-amz-checksum-crc32': ['a', 'b'] }],
    ['a header with none', 'PUT', data, { 'x-amz-checksum-crc32': [] }],
    ['a line break in a header', 'PUT', data, { 'content-type': ['a\r\nx-amz-copy-source: /lake/x'] }],
    ['a line break in a name', 'PUT', data, { 'a\r\nx-amz-copy-source': ['/lake/x'] }],
    ['a space before the colon', 'PUT', data, { 'x-amz-copy-source ': ['/lake/x'] }],
    ['a name that some read otherwise', 'PUT', data, { x_amz_copy_source: ['/lake/x'] }],
    ['another host', 'GET', data, { host: ['other:9000'] }],
    ['two hosts', 'GET', data, { host: ['s3:9000', 'other'] }],
    ['very many headers', 'GET', data, Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`h${at}`, ['']]))],
    ['the log of a Delta table', 'PUT', `${start}/data/_delta_log/00000000000000000007.json`],
    ['one of its parts', 'PUT', `${start}/data/_delta_log/a?partNumber=1&uploadId=a`],
    ['a table in files', 'GET', data, {}, 'file:///lake/prod/public/orders'],
  ] as const)
    void test(`not signed: ${what}`, () => {
      const judged = judge(method, uri, headers as ManyHeaders, at)
      assert.equal(typeof judged, 'string', JSON.stringify(judged))
    })

  void test('whoever would remove files is told who does', () => {
    assert.match(JSON.stringify(judge('DELETE', data)), /removed by the maintenance of Weir/)
    assert.match(JSON.stringify(judge('POST', 'http://s3:9000/lake?delete')), /removed by the maintenance of Weir/)
  })
})
