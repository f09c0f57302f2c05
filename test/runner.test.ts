import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const root = new URL('..', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'weir-runner-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The runner on patterns, without the marks of the run that we are in. */
function runTests(...patterns: string[]): { readonly status: number | null; readonly text: string } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools/test.ts'), ...patterns], {
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
  const bad = runTests(write('bad.test.ts', `${begin}void test('x', () => { throw new Error('no') })\n`))
  assert.equal(bad.status, 1)
  assert.match(bad.text, /failed: .*bad\.test\.ts: x\n {4}no\n/, 'why it failed stands at the end')
  assert.equal(runTests(write('good.test.ts', `${begin}void test('x', () => {})\n`)).status, 0)
})

void test('of files that share a process each is judged for itself, and keeps what surrounds its tests to itself', () => {
  const shared = mkdtempSync(join(folder, 'shared-'))
  const share = (name: string, text: string) => writeFileSync(join(shared, `${name}.test.ts`), text)
  share(
    'a',
    `import { beforeEach, test } from 'node:test'\nbeforeEach(() => { throw new Error('not yours') })\nexport {}`,
  )
  share('b', `import { test } from 'node:test'\nvoid test('x', () => console.log('b ran in', process.pid))`)
  share('c', `import { test } from 'node:test'\nvoid test('y', () => console.log('c ran in', process.pid))`)
  share('d', `import 'no-such-module'`)
  const { status, text } = runTests(join(shared, '*.test.ts'))
  assert.equal(status, 1)
  assert.match(text, /no test ran in .*a\.test\.ts/)
  assert.match(text, /no test ran in .*d\.test\.ts/)
  assert.match(text, /2 passed, 3 failed/)
  assert.equal(/b ran in (\d+)/.exec(text)?.[1], /c ran in (\d+)/.exec(text)?.[1])
})

void test('a process of tests that ends early fails, and every file that it did not reach is named', () => {
  const ended = mkdtempSync(join(folder, 'ended-'))
  writeFileSync(join(ended, 'a.test.ts'), `import { test } from 'node:test'\nvoid test('x', () => process.abort())`)
  writeFileSync(join(ended, 'b.test.ts'), `import { test } from 'node:test'\nvoid test('y', () => {})`)
  const { status, text } = runTests(join(ended, '*.test.ts'))
  assert.equal(status, 1)
  for (const name of ['a', 'b']) assert.match(text, new RegExp(`no test ran in .*${name}\\.test\\.ts`))
  assert.match(text, /failed: .*it ended with SIGABRT, in the process of .*a\.test\.ts, .*b\.test\.ts/)
})
