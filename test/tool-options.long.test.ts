import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const root = new URL('..', import.meta.url).pathname

function run(tool: string, ...options: string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, tool), ...options], {
    cwd: root,
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { status, text: `${stdout}${stderr}` }
}

const tools = [
  'tools/test.ts',
  'tools/check.ts',
  'tools/conformance.ts',
  'tools/soak.ts',
  'benchmarks/main.ts',
  'examples/flights/start.ts',
] as const

for (const tool of tools)
  void test(`${tool} says what it takes, and names what it does not know`, () => {
    const help = run(tool, '--help')
    assert.equal(help.status, 0, help.text)
    assert.match(help.text, /^Usage: npm run \w+ -- /)
    const unknown = run(tool, '--nonsense')
    assert.ok(unknown.status! > 0)
    assert.match(unknown.text, /unknown option '--nonsense'/)
    assert.doesNotMatch(unknown.text, /node:internal|\n {4}at /)
  })

void test('what is not there is refused with what is', () => {
  const refused = [
    [run('tools/conformance.ts', '--only', 'nothing'), /no suite is called nothing; there are .*kafka/],
    [run('tools/conformance.ts', 'tests'), /tests would be options of a suite: --only/],
    [run('benchmarks/main.ts', '--only', 'nothing'), /no benchmark is called nothing; there are .*produce/],
    [run('benchmarks/main.ts', '--pairs', 'many'), /'many' is invalid.* whole number/],
    [run('tools/soak.ts', 'nothing at all'), /no part has "nothing at all" in its name; there are:\n {2}model/],
    [run('examples/flights/start.ts', '--flights', '0'), /'0' is invalid.* whole number/],
  ] as const
  for (const [{ status, text }, expected] of refused) {
    assert.ok(status! > 0, text)
    assert.match(text, expected)
  }
})
