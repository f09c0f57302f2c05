import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

function version(environment: Readonly<Record<string, string>>): string {
  const { NODE_COMPILE_CACHE: _own, ...inherited } = process.env
  const env = { ...inherited, ...environment }
  return execFileSync(process.execPath, [cli, '--version'], { env, encoding: 'utf8', timeout: 20_000 }).trim()
}

void test('a command keeps what was compiled for the next one, where the user says, or not at all', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-compiled-'))
  try {
    const said = version({ XDG_CACHE_HOME: folder })
    const [kept] = readdirSync(join(folder, 'weir/compiled'))
    assert.ok(readdirSync(join(folder, 'weir/compiled', kept!)).length > 20)
    assert.equal(version({ XDG_CACHE_HOME: folder }), said)
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const place of [file, join(folder, 'absent')])
      assert.equal(version({ XDG_CACHE_HOME: place }), said, 'where nothing can be kept all works')
    const none = join(folder, 'none')
    mkdirSync(none)
    assert.equal(version({ XDG_CACHE_HOME: none, NODE_DISABLE_COMPILE_CACHE: '1' }), said)
    assert.deepEqual(readdirSync(none), [])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
