import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { askPatiently } from './ask.ts'
import { BrokenOff } from './failure.ts'

/** What the S3 client throws for an answer. */
const answered = (httpStatusCode: number, name: string): Error =>
  Object.assign(new Error('as the server says'), { name, $metadata: { httpStatusCode, requestId: 'r1' } })

const broken = (code: string): Error => Object.assign(new Error(code), { code })

async function outcome(error: Error) {
  const pauses: number[] = []
  const pause = async (ms: number): Promise<void> => void pauses.push(ms)
  const ask = askPatiently({ attemptsMax: 5, delayMs: 100, delayMsMax: 300, random: () => 0.5, pause })
  let attempts = 0
  const told: unknown = await ask('s3://bucket/key', async () => {
    attempts += 1
    throw error
  }).catch((thrown: unknown) => thrown)
  return { attempts, pauses, told }
}

void describe('asking S3', () => {
  const again = [
    ...[408, 429, 500, 502, 503, 504].map((status) => answered(status, 'Whatever')),
    ...['SlowDown', 'InternalError', 'RequestTimeout', 'RequestTimeTooSkewed'].map((name) => answered(400, name)),
    ...['BadDigest', 'XAmzContentSHA256Mismatch'].map((name) => answered(400, name)),
    answered(409, 'ConditionalRequestConflict'),
    ...['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'].map(broken),
    new BrokenOff('3 of 9 bytes came'),
    Object.assign(new Error('fetch'), { cause: broken('ECONNRESET') }),
    Object.assign(new SyntaxError('half of an answer'), { $metadata: { httpStatusCode: 200 } }),
  ]
  for (const error of again)
    void it(`is repeated after ${error.message} (${error.name}), five times, and then said so (INV-O8)`, async () => {
      const { attempts, pauses, told } = await outcome(error)
      assert.equal(attempts, 5)
      assert.deepEqual(pauses, [50, 100, 150, 150], 'random parts of a delay that doubles up to its limit')
      assert.ok(told instanceof WeirError && told.code === 'WEIR-8004' && told.message.includes('s3://bucket/key'))
    })

  const never = [
    { error: answered(404, 'NoSuchKey'), code: 'WEIR-8002' },
    { error: answered(404, 'NotFound'), code: 'WEIR-8002' },
    { error: answered(412, 'PreconditionFailed'), code: 'WEIR-8003' },
    { error: answered(404, 'NoSuchBucket'), code: 'WEIR-8004' },
    { error: answered(404, 'NoSuchUpload'), code: 'WEIR-8004' },
    { error: answered(403, 'AccessDenied'), code: 'WEIR-8004' },
    { error: answered(400, 'InvalidPart'), code: 'WEIR-8004' },
    { error: answered(301, 'PermanentRedirect'), code: 'WEIR-8004' },
    { error: Object.assign(new Error('no keys'), { name: 'CredentialsProviderError' }), code: 'WEIR-8004' },
    { error: new WeirError('WEIR-8009', 'no room'), code: 'WEIR-8009' },
    // Of the disk, for who wrote what was read.
    { error: broken('ENOSPC'), code: 'ENOSPC' },
  ]
  for (const { error, code } of never)
    void it(`is never repeated after ${error.name} ${error.message}: ${code} (INV-O8)`, async () => {
      const { attempts, told } = await outcome(error)
      assert.equal(attempts, 1)
      assert.equal((told as WeirError).code, code)
    })

  void it('keeps nothing of the request in its error', async () => {
    const error = Object.assign(answered(403, 'SignatureDoesNotMatch'), {
      StringToSign: 'secret',
      $response: { headers: { 'x-amz-security-token': 'secret' } },
    })
    const { told } = await outcome(error)
    const { cause } = told as WeirError
    const names = Object.keys(cause as object).toSorted()
    assert.deepEqual(names, ['code', 'name', 'requestId', 'status'])
  })
})
