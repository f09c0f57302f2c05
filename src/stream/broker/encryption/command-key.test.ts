import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { commandKey } from './command-key.ts'
import { secretKey } from './customer-key.ts'
import { keyringPath, openKeyring, refuseEncrypted } from './keyring.ts'

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-keyring-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const newKey = () => secretKey(randomBytes(32).toString('base64'), 'the test')

/** A KMS as far as Weir sees one. */
const kms = `import { createCipheriv, createDecipheriv } from 'node:crypto'
import { text } from 'node:stream/consumers'
const [, , mode, verb] = process.argv
if (mode === 'broken') { console.error('no such key ring'); process.exit(3) }
const input = Buffer.from(await text(process.stdin), 'base64')
const key = Buffer.alloc(32, mode)
const make = verb === 'wrap' ? createCipheriv : createDecipheriv
const cipher = make('aes-256-cbc', key, Buffer.alloc(16))
console.log(Buffer.concat([cipher.update(input), cipher.final()]).toString('base64'))
`

void test('a command wraps and unwraps: what it does not have is refused by name, and what it says is shown', () =>
  inFolder(async (folder) => {
    const program = join(folder, 'kms.mjs')
    writeFileSync(program, kms)
    const key = (mode: string, name: string) => commandKey([process.execPath, program, mode], name)
    const { current } = await openKeyring(nodeFiles, folder, key('a', 'kms-1'), [])
    const again = await openKeyring(nodeFiles, folder, key('a', 'kms-1'), [])
    assert.deepEqual(again.current, current)
    await assert.rejects(openKeyring(nodeFiles, folder, key('broken', 'kms-1'), []), {
      code: 'WEIR-3023',
      message: /kms\.mjs broken unwrap: it ended with exit code 3: no such key ring/,
    })
    await assert.rejects(openKeyring(nodeFiles, folder, commandKey(['/no/such/program'], 'kms-1'), []), {
      code: 'WEIR-3023',
    })
    // From the KMS to a key of one's own.
    const own = newKey()
    const moved = await openKeyring(nodeFiles, folder, own, [key('a', 'kms-1')])
    assert.deepEqual(moved.byId(current.id), current.key)
    assert.notDeepEqual(moved.current.key, current.key)
    const kept = await openKeyring(nodeFiles, folder, own, [])
    assert.deepEqual([kept.current, kept.byId(current.id)], [moved.current, current.key])
  }))

void test('keys are 32 bytes, in base64 or hex, and are named after what they are', () => {
  const bytes = randomBytes(32)
  assert.equal(secretKey(bytes.toString('hex'), 'a').id, secretKey(bytes.toString('base64'), 'b').id)
  for (const text of ['', 'password', randomBytes(16).toString('hex')])
    assert.throws(() => secretKey(text, 'the variable LOG_KEY'), {
      code: 'WEIR-1003',
      message: /LOG_KEY has \d+ bytes; it takes 32/,
    })
})

void test('a keyring that is not whole is refused, and left as it is', () =>
  inFolder(async (folder) => {
    const key = newKey()
    await openKeyring(nodeFiles, folder, key, [])
    writeFileSync(keyringPath(folder), '{"format":1,"checksum":1,"keys":[{"id":1}]}')
    await assert.rejects(openKeyring(nodeFiles, folder, key, []), { code: 'WEIR-3024' })
    await assert.rejects(refuseEncrypted(nodeFiles, folder), { code: 'WEIR-3024' })
  }))

void test('two keys of one name are not taken for each other', () =>
  inFolder(async (folder) => {
    const key = newKey()
    await openKeyring(nodeFiles, folder, key, [])
    const other = { ...newKey(), id: key.id }
    await assert.rejects(openKeyring(nodeFiles, folder, other, []), { code: 'WEIR-3022', message: /does not open it/ })
  }))
