import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { addressIn, readBucketRequest, type BucketServer } from './bucket-request.ts'

const path: BucketServer = {
  bucket: 'lake',
  region: 'eu-west-1',
  endpoint: 'http://s3.example.com:9000',
  pathStyle: true,
}
const virtual: BucketServer = { ...path, pathStyle: false }
const amazon: BucketServer = { bucket: 'lake', region: 'eu-west-1', pathStyle: false }

const keyOf = (uri: string, server = path): string => {
  const read = readBucketRequest(uri, server)
  return typeof read === 'string' ? `refused: ${read}` : read.key
}
const start = 'http://s3.example.com:9000/lake'

void suite('the address of a request to a bucket', () => {
  void test('says the key that S3 reads, in the style of the project, and of Amazon in both', () => {
    assert.equal(keyOf(`${start}/a/b%20c/d%3D1/%C3%A9.parquet`), 'a/b c/d=1/é.parquet')
    assert.equal(keyOf(start), '')
    assert.equal(keyOf(`${start}/?list-type=2&prefix=a%2Fb`), '')
    assert.equal(keyOf('http://lake.s3.example.com:9000/a/b', virtual), 'a/b')
    for (const uri of [
      'https://lake.s3.eu-west-1.amazonaws.com/a/b',
      'https://lake.s3.amazonaws.com/a/b',
      'https://s3.eu-west-1.amazonaws.com/lake/a/b',
    ])
      assert.equal(keyOf(uri, amazon), 'a/b', uri)
    assert.deepEqual(readBucketRequest(`${start}?list-type=2&prefix=a%2Fb&delimiter=`, path), {
      protocol: 'http:',
      host: 's3.example.com:9000',
      path: '/lake',
      key: '',
      query: { 'list-type': '2', prefix: 'a/b', delimiter: '' },
    })
  })

  void test('of any key it is read back, and no other text of it is', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter(
      // oxlint-disable-next-line no-control-regex -- what is refused
      (text) => text.isWellFormed() && !/[/\\\u0000-\u001f\u007f]/.test(text) && text !== '.' && text !== '..',
    )
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(path, virtual, amazon),
        (names, server) => {
          const key = names.join('/')
          assert.equal(keyOf(addressIn(server, key).uri, server), key)
        },
      ),
    )
  })

  for (const [what, uri, server = path] of [
    ['a part that goes up', `${start}/a/../b`],
    ['one that is encoded', `${start}/a/%2E%2E/b`],
    ['one in small letters', `${start}/a/%2e%2e/b`],
    ['one half encoded', `${start}/a/.%2e/b`],
    ['a part that stays', `${start}/a/./b`],
    ['a double slash', `${start}/a//b`],
    ['a double slash before the bucket', 'http://s3.example.com:9000//lake/a'],
    ['an encoded slash', `${start}/a%2Fb`],
    ['a backslash', `${start}/a\\..\\b`],
    ['an encoded backslash', `${start}/a%5C..%5Cb`],
    ['a zero byte', `${start}/a%00`],
    ['a line break', `${start}/a%0D%0Ax-amz-acl:public-read`],
    ['bytes that are no UTF-8', `${start}/a%C0%AEb`],
    ['a plus that some read as a space', `${start}/a+b`],
    ['a character that is not encoded', `${start}/a=b`],
    ['one that need not be', `${start}/%61`],
    ['capital and small hex', `${start}/a%3d1`],
    ['another bucket', 'http://s3.example.com:9000/other/a'],
    ['a bucket that begins alike', 'http://s3.example.com:9000/lake2/a'],
    ['another host', 'http://evil.example.com/lake/a'],
    ['another port', 'http://s3.example.com:9001/lake/a'],
    ['another scheme', 'https://s3.example.com:9000/lake/a'],
    ['somebody in the host', 'http://s3.example.com:9000@evil.example.com/lake/a'],
    ['a user', 'http://user@s3.example.com:9000/lake/a'],
    ['capitals in the host', 'http://S3.example.com:9000/lake/a'],
    ['a bucket in the host of a server by paths', 'http://lake.s3.example.com:9000/other/a'],
    ['a bucket in the path of a server by hosts', `${start}/a`, virtual],
    ['another bucket in the host', 'http://other.s3.example.com:9000/a', virtual],
    ["Amazon's without encryption", 'http://lake.s3.eu-west-1.amazonaws.com/a', amazon],
    ['another host of Amazon', 'https://lake.s3.us-east-2.amazonaws.com/a', amazon],
    ['a host that ends otherwise', 'https://lake.s3.amazonaws.com.evil.example.com/a', amazon],
    ['a fragment', `${start}/a#b`],
    ['a second query', `${start}/a?x-id=GetObject?acl`],
    ['a parameter twice', `${start}?list-type=2&prefix=a%2F&prefix=`],
    ['a parameter twice, once encoded', `${start}?list-type=2&prefix=a%2F&%70refix=`],
    ['an empty parameter', `${start}/a?&acl`],
    ['a semicolon', `${start}/a?x-id=a;acl`],
    ['a plus in a parameter', `${start}?list-type=2&prefix=a+b`],
    ['a space', `${start}/a b`],
    ['no address', 'lake/a'],
    ['another protocol', 'ftp://s3.example.com:9000/lake/a'],
    ['a very long one', `${start}/${'a'.repeat(9000)}`],
    ['very many parameters', `${start}/a?${Array.from({ length: 30 }, (_, at) => `p${at}=`).join('&')}`],
  ] as const)
    void test(`refused: ${what}`, () => {
      const read = readBucketRequest(uri, server ?? path)
      assert.equal(typeof read, 'string', JSON.stringify(read))
    })
})
