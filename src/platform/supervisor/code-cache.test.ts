import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { codeCache } from './code-cache.ts'

void test('a child keeps its compiled code beside the packages, unless the user has named a folder', () => {
  const environment = codeCache({ PATH: process.env['PATH'] })
  const folder = environment['NODE_COMPILE_CACHE']!
  assert.match(folder, /node_modules\/\.cache\/weir-code$/)
  const program = new URL('code-cache.ts', import.meta.url).href
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', `import '${program}'`], {
    env: environment,
  })
  assert.equal(status, 0)
  assert.ok(readdirSync(folder).length > 0)
  assert.equal(codeCache({ NODE_COMPILE_CACHE: '/elsewhere' })['NODE_COMPILE_CACHE'], '/elsewhere')
})
