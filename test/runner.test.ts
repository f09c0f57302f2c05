import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const root = new URL('..', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'weir-runner-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The runner on one pattern, without the marks of the run that we are in. */
function runTests(pattern: string): { readonly status: number | null; readonly text: string } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools/test.ts'), pattern], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  return { status, text: `${stdout}${stderr}` }
}

function write(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

void test('a run that finds no file fails', () => {
  const { status, text } = runTests('src/nowhere/*.test.ts')
  assert.equal(status, 1)
  assert.match(text, /no test file matches/)
})

void test('a file without a test fails, and is named', () => {
  const { status, text } = runTests(write('empty.test.ts', 'export {}\n'))
  assert.equal(status, 1)
  assert.match(text, /no test ran in .*empty\.test\.ts/)
})

void test('a failing test fails the run, a passing one does not', () => {
  const begin = "import { test } from 'node:test'\n"
  assert.equal(runTests(write('bad.test.ts', `${begin}void test('x', () => { throw new Error('no') })\n`)).status, 1)
  assert.equal(runTests(write('good.test.ts', `${begin}void test('x', () => {})\n`)).status, 0)
})
