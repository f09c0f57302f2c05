import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorCode } from '../kernel/errors/catalogue.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { statusOf } from './http-status.ts'

const statusOfCode = (code: ErrorCode): number => statusOf(new WeirError(code, 'x'))

void test('what is wrong in a statement is no missing address, and nobody is asked to log in for it', () => {
  assert.deepEqual(
    (['WEIR-6001', 'WEIR-6002', 'WEIR-6003', 'WEIR-6004', 'WEIR-6005', 'WEIR-7015'] as const).map(statusOfCode),
    [400, 400, 400, 403, 400, 403],
  )
})

void test('a file that should be there and is not is the fault of who answers', () => {
  assert.equal(statusOfCode('WEIR-8002'), 500)
  assert.equal(statusOfCode('WEIR-7001'), 404)
})
