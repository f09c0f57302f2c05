import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { asWeirError, type WeirError } from '../errors/weir-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-file-error-'))
after(() => rmSync(folder, { recursive: true }))
const taken = join(folder, 'file')
writeFileSync(taken, '')

async function errorOf(work: Promise<unknown>): Promise<WeirError> {
  return asWeirError(await work.catch((thrown: unknown) => thrown))
}

for (const [title, work, why] of [
  ['a folder where a file is', () => mkdir(taken), /file cannot be made: something else is there.*EEXIST.*Move/],
  ['a folder below a file', () => mkdir(join(taken, 'below')), /below cannot be made: a part of the path is a file/],
  ['a file that is not there', () => open(join(folder, 'nope')), /nope cannot be opened: it is not there \(ENOENT\)/],
  ['a list of a file', () => readdir(taken), /file cannot be listed: a part of the path is a file/],
] as const)
  void test(`${title} is named with what to do, not as an internal error`, async () => {
    const { code, message } = await errorOf(work())
    assert.equal(code, 'WEIR-8008')
    assert.match(message, why)
  })

void test('what the disk and the system say by other codes is told in words too', () => {
  const say = (code: string, syscall: string, path?: string): string => {
    const error = asWeirError(Object.assign(new Error(code), { code, syscall, path }))
    return `${error.code} ${error.message}`
  }
  assert.match(say('EACCES', 'open', '/srv/x'), /^WEIR-8008 \/srv\/x cannot be opened: this user may not/)
  assert.match(say('EROFS', 'mkdir', '/srv/x'), /read-only.*Mount/)
  assert.match(say('ENOENT', 'mkdir', '/ro/x'), /\/ro\/x cannot be made: no folder can be made there/)
  assert.match(say('ENOSPC', 'write'), /^WEIR-8001 a file cannot be written: the disk is full/)
})

void test('an error of the network is not taken for one of a file', async () => {
  const [error] = (await once(connect({ host: '127.0.0.1', port: 1 }), 'error').catch((thrown) => [thrown])) as [Error]
  assert.equal(asWeirError(error).code, 'WEIR-9001')
})
