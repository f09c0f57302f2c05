import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCommandLines, type CommandAnswer } from '../../test/support/command-lines.ts'
import { commands } from './commands.ts'
import { version } from '../kernel/version.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-cli-'))
after(() => rmSync(folder, { recursive: true }))

const weir = (...lines: readonly string[][]): readonly CommandAnswer[] => runCommandLines(lines, folder)

void test('the command runs from the repository', () => {
  const bin = fileURLToPath(new URL('../../bin/weir.mjs', import.meta.url))
  assert.equal(execFileSync(process.execPath, [bin, '--version'], { encoding: 'utf8' }).trim(), version())
})

void test('the help names every command and what the exit codes mean', () => {
  const [help, group] = weir(['--help'], ['stream', '--help'])
  assert.equal(help!.code, 0)
  for (const { name } of commands) {
    const [first, verb] = name.split(' ')
    assert.match(help!.out, new RegExp(`^  ${first}\\b`, 'm'))
    if (first === 'stream') assert.match(group!.out, new RegExp(`^  ${verb}\\b`, 'm'))
  }
  assert.match(help!.out, /Exit codes:\n +0 +done/)
})

void test('every command says what it takes, and every option has a description', () => {
  for (const { name, summary, options = [], arguments: taken = [] } of commands) {
    assert.ok(!summary.endsWith('.'), name)
    for (const { flags, description } of options) assert.ok(description.length > 5, `${name} ${flags}`)
    for (const argument of taken) assert.ok(argument.description.length > 5, `${name} ${argument.name}`)
  }
})

void test('a wrong command or option is refused with the nearest one', () => {
  const mistakes: readonly (readonly [line: string[], said: RegExp])[] = [
    [['statsu'], /Did you mean status/],
    [['up', '--kafka-prot', '1'], /Did you mean --kafka-port/],
    [['up', '--kafka-port', 'many'], /--kafka-port takes a whole number, not "many".*\[WEIR-2009\]/],
    [['tail', 'events', '-n', '0'], /--lines takes a whole number from 1 on, not 0.*\[WEIR-2009\]/],
    [['up', '--kafka-port', '99999'], /--kafka-port takes a port, 0 to 65535, not 99999/],
  ]
  const answers = weir(...mistakes.map(([line]) => line))
  for (const [at, [line, said]] of mistakes.entries()) {
    assert.equal(answers[at]!.code, 2, line.join(' '))
    assert.match(answers[at]!.err, said)
  }
})

void test('what needs a running Weir says so, also as JSON', () => {
  const lines = [['status'], ['ledger'], ['sql', 'select 1'], ['url', 'kafka'], ['stop'], ['tail', 'x']]
  for (const [at, { code, err }] of weir(...lines).entries()) {
    assert.equal(code, 3, lines[at]!.join(' '))
    assert.match(err, /Weir is not running on .*Start it with weir up.*\[WEIR-2007\]/)
  }
  const [asJson] = weir(['status', '--json'])
  assert.equal((JSON.parse(asJson!.err) as { error: { code: string } }).error.code, 'WEIR-2007')
})

void test('what needs a Weir that is starting says which process that is', () => {
  const data = join(folder, 'starting')
  mkdirSync(data)
  writeFileSync(join(data, 'supervisor.lock.holder'), JSON.stringify({ pid: process.pid, since: 'now' }))
  const [status] = weir(['status', '--data', data])
  assert.equal(status!.code, 3)
  assert.ok(
    status!.err.includes(`process ${process.pid}, which took ${data} at now, is starting or stopping`),
    status!.err,
  )
})

void test('logs show as many of the last lines as are asked for, none for 0', () => {
  mkdirSync(join(folder, '.weir/logs'), { recursive: true })
  const lines = ['one', 'two', 'three'].map((msg, at) => JSON.stringify({ time: `2026-01-01T00:00:0${at}Z`, msg }))
  writeFileSync(join(folder, '.weir/logs/log.log'), lines.join('\n'))
  const [none, one, all] = weir(['logs', '-n', '0'], ['logs', '-n', '1'], ['logs'])
  assert.equal(none!.out, '')
  assert.match(one!.out, /^[^\n]*three\n$/)
  assert.match(all!.out, /one\n.*two\n.*three/)
})

void test('explain says what a code means, and proposes the nearest', () => {
  const [full, short, wrong] = weir(['explain', 'WEIR-2003'], ['explain', '2003'], ['explain', 'WEIR-203'])
  assert.match(full!.out, /A port is taken by another process/)
  assert.match(short!.out, /WEIR-2003 \(conflict\)/)
  assert.match(wrong!.err, /Did you mean WEIR-2/)
})

void test('init writes a project once, and keeps what a package.json says', () => {
  writeFileSync(join(folder, 'package.json'), '{"name": "mine", "type": "commonjs", "dependencies": {"left": "1"}}')
  const [init, again] = weir(['init'], ['init'])
  assert.equal(init!.code, 0)
  assert.match(init!.out, /weir-data up/)
  assert.ok(existsSync(join(folder, 'weir.config.ts')))
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
  assert.equal(manifest['name'], 'mine')
  assert.equal(manifest['type'], 'module')
  assert.deepEqual(Object.keys(manifest['dependencies'] as object).toSorted(), ['left', 'weir-data'])
  assert.equal(again!.code, 1)
  assert.match(again!.err, /already has .*weir\.config\.ts/)
})

void test('init names the project after any folder so that it runs', () => {
  const names = ['2026', 'Bücher & Co', '_', 'x'.repeat(80), '日本']
  const made = weir(...names.map((name) => ['init', name]), ...names.map((name) => ['plan', '--dir', name]))
  for (const { code, err } of made) assert.equal(code, 0, err)
  const manifests = names.map((name) => JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as object)
  const called = manifests.map((manifest) => (manifest as { readonly name: string }).name)
  assert.deepEqual(called, ['project-2026', 'bucher-co', 'my-project', 'x'.repeat(63), 'my-project'])
  assert.match(made[1]!.out, /^ {2}cd 'Bücher & Co'$/m)
})

void test('init beside a package.json that is none says so', () => {
  mkdirSync(join(folder, 'broken'))
  writeFileSync(join(folder, 'broken/package.json'), '{"name": ')
  const [init] = weir(['init', 'broken'])
  assert.match(init!.err, /broken\/package\.json is not JSON.*Correct it.*\[WEIR-2010\]/)
  assert.ok(!existsSync(join(folder, 'broken/weir.config.ts')))
})

void test('a plan before the first start shows all that will be made, and makes nothing', () => {
  const [plan] = weir(['plan'])
  assert.equal(plan!.code, 0, plan!.err)
  assert.match(plan!.out, /\+ stream +events[\s\S]*\+ view +events_by_kind[\s\S]*the next `weir up` makes it so/)
  assert.ok(!existsSync(join(folder, '.weir/metadata.db')))
})

const onLinux = process.platform === 'linux'

void test('init where no folder can be made says so and ends', { skip: !onLinux && 'there is no /proc' }, () => {
  const [made] = weir(['init', '/proc/weir/project'])
  assert.equal(made!.code, 1)
  assert.match(made!.err, /\/proc\/weir cannot be made: .*\[WEIR-8008\]/)
})

void test('a start that is refused does not send later commands to its data directory', () => {
  const [refused] = weir(['up', '--host', '0.0.0.0', '--data', '/srv/elsewhere'])
  const [status] = weir(['status'])
  assert.match(refused!.err, /WEIR-2008/)
  assert.ok(status!.err.includes(`whose data would lie in ${join(folder, '.weir')}.`), status!.err)
})
