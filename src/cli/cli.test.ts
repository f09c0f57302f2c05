import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { commands } from './commands.ts'

const bin = fileURLToPath(new URL('../../bin/weir.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'weir-cli-'))
after(() => rmSync(folder, { recursive: true }))

function weir(...words: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words], { cwd: folder, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

void test('the help names every command and what the exit codes mean', () => {
  const { code, out } = weir('--help')
  assert.equal(code, 0)
  for (const { name } of commands) assert.match(out, new RegExp(`^  ${name.split(' ')[0]}\\b`, 'm'))
  const verbs = commands.filter(({ name }) => name.startsWith('stream ')).map(({ name }) => name.split(' ')[1])
  const { out: group } = weir('stream', '--help')
  for (const verb of verbs) assert.match(group, new RegExp(`^  ${verb}\\b`, 'm'))
  assert.match(out, /Exit codes:\n +0 +done/)
})

void test('every command says what it takes, and every option has a description', () => {
  for (const { name, summary, options = [], arguments: taken = [] } of commands) {
    assert.ok(!summary.endsWith('.'), name)
    for (const { flags, description } of options) assert.ok(description.length > 5, `${name} ${flags}`)
    for (const argument of taken) assert.ok(argument.description.length > 5, `${name} ${argument.name}`)
  }
})

void test('a wrong command or option is refused with the nearest one', () => {
  const command = weir('statsu')
  assert.equal(command.code, 2)
  assert.match(command.err, /Did you mean status/)
  const option = weir('up', '--kafka-prot', '1')
  assert.equal(option.code, 2)
  assert.match(option.err, /Did you mean --kafka-port/)
  const value = weir('up', '--kafka-port', 'many')
  assert.equal(value.code, 2)
  assert.match(value.err, /--kafka-port takes a whole number, not "many".*\[WEIR-2009\]/)
})

void test('what needs a running Weir says so, also as JSON', () => {
  for (const words of [['status'], ['ledger'], ['sql', 'select 1'], ['url', 'kafka'], ['stop'], ['tail', 'x']]) {
    const { code, err } = weir(...words)
    assert.equal(code, 3, words.join(' '))
    assert.match(err, /Weir is not running on .*Start it with weir up.*\[WEIR-2007\]/)
  }
  const { err } = weir('status', '--json')
  assert.equal((JSON.parse(err) as { error: { code: string } }).error.code, 'WEIR-2007')
})

void test('a port that there is not is an error of the command line', () => {
  const { code, err } = weir('up', '--kafka-port', '99999')
  assert.equal(code, 2)
  assert.match(err, /--kafka-port takes a port, 0 to 65535, not 99999/)
})

void test('explain says what a code means, and proposes the nearest', () => {
  assert.match(weir('explain', 'WEIR-2003').out, /A port is taken by another process/)
  assert.match(weir('explain', '2003').out, /WEIR-2003 \(conflict\)/)
  assert.match(weir('explain', 'WEIR-203').err, /Did you mean WEIR-2/)
})

void test('init writes a project once, and keeps what a package.json says', () => {
  writeFileSync(join(folder, 'package.json'), '{"name": "mine", "type": "commonjs", "dependencies": {"left": "1"}}')
  const { code, out } = weir('init')
  assert.equal(code, 0)
  assert.match(out, /weir-data up/)
  assert.ok(existsSync(join(folder, 'weir.config.ts')))
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
  assert.equal(manifest['name'], 'mine')
  assert.equal(manifest['type'], 'module')
  assert.deepEqual(Object.keys(manifest['dependencies'] as object).toSorted(), ['left', 'weir-data'])
  const again = weir('init')
  assert.equal(again.code, 1)
  assert.match(again.err, /already has .*weir\.config\.ts/)
})
