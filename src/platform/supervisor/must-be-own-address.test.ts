import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mustBeOwnAddress } from './must-be-own-address.ts'

void test('an address that this machine does not have is refused with those that it has', async () => {
  // 192.0.2.0/24 and .invalid are kept for documentation: nobody has them.
  await assert.rejects(mustBeOwnAddress('192.0.2.1', '--host 192.0.2.1'), {
    code: 'WEIR-2009',
    message: /--host 192\.0\.2\.1 is no address of this machine\. It has .*127\.0\.0\.1/,
  })
  await assert.rejects(mustBeOwnAddress('nope.invalid', '--host nope.invalid'), {
    code: 'WEIR-2009',
    message: /--host nope\.invalid is neither an address nor a name/,
  })
})

void test('loopback and "all" are taken', async () => {
  for (const host of ['127.0.0.1', 'localhost', '0.0.0.0', '::']) await mustBeOwnAddress(host, `--host ${host}`)
})
