import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/deadline.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const guide = readFileSync(join(root, 'docs/guide/README.md'), 'utf8')

/** Commands that another test runs, and where. */
const elsewhere = new Map([
  ['npm start', 'examples/flights/flights.test.ts'],
  ['npm test', 'test/runner.test.ts'],
  ['npx weir-data init', 'test/integration/package.test.ts'],
  ['npx weir-data up', 'test/integration/package.test.ts'],
  ['weir up', 'test/integration/supervisor.test.ts'],
  ['weir dev', 'test/integration/supervisor.test.ts'],
  ['weir produce prices prices.csv --csv-header skip', 'test/integration/cli.test.ts'],
  ['weir worker --join http://HOST:4000', 'test/integration/joined-workers.test.ts'],
  ['weir stream reset-group GROUP --to-earliest', 'test/contracts/stream-commands.ts'],
  ['weir restore FOLDER', 'test/integration/backup.test.ts'],
  ['weir table tag create orders audit-2026', 'test/integration/table-history.test.ts'],
  ['weir table diff orders audit-2026 main', 'test/integration/table-history.test.ts'],
  ['weir table rollback orders audit-2026 --dry-run', 'test/integration/table-history.test.ts'],
])

/** What a command that is run says, by its first words; nothing in particular without an entry. */
const answers: readonly (readonly [beginning: string, said: RegExp])[] = [
  ['echo', /1 record.* orders, durable/],
  [`npx weir-data sql`, /12\.50/],
  ['npx weir-data ledger', /in 1 = delivered \d \+ rejected 0 \+ pending \d/],
  ['npx weir-data verify', /no gap, no duplicate/],
  ['psql "$(npx', /ada/],
  ['weir url', /127\.0\.0\.1:\d+/],
  ['weir doctor', /✓ kafka/],
  ['weir backup', /files/],
  ['weir plan', /Nothing to change/],
]

/** Lines of the blocks without a language, without what they say of themselves and without drawings. */
function blockCommands(text: string): readonly string[] {
  // Every second part lies between fences; its first line is the language.
  return text
    .split(/^```/m)
    .filter((part, at) => at % 2 === 1 && part.startsWith('\n'))
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/ +# .*$/, '').trim())
    .filter((line) => line !== '' && !/[▶└]/.test(line))
}

/** Commands between backquotes in the text: `weir logs`, `psql "$(weir url postgres)"`. */
function inlineCommands(text: string): readonly string[] {
  const found = [...text.matchAll(/`([^`\n]*\bweir [a-z][^`]*)`/g)].map(([, code]) => code!)
  const each = found.flatMap((command) => {
    const [head, ...others] = command.split(' | ')
    const stem = head!.split(' ').slice(0, -1).join(' ')
    return [head!, ...others.map((word) => `${stem} ${word}`)]
  })
  return [...new Set(each)]
}

void describe('every command that README and guide show', () => {
  let weir: RunningWeir
  before(async () => {
    const project = /^```ts\n([\s\S]*?)^```$/m.exec(readme)![1]!
    weir = await startWeir('readme', project)
    writeFileSync(join(weir.folder, 'orders.ndjson'), '{"id": 2, "customer": "bob", "amount": 1}\n')
    placeCommands(join(weir.folder, 'bin'))
  })
  after(() => weir[Symbol.asyncDispose]())

  /** As a user types it, in the folder of the project. */
  function type(line: string): Promise<{ readonly code: number; readonly said: string }> {
    const path = `${join(weir.folder, 'bin')}${delimiter}${process.env['PATH']}`
    return new Promise((resolve) => {
      const options = { cwd: weir.folder, env: { ...process.env, PATH: path, NO_COLOR: '1' } }
      const child = execFile('sh', ['-c', line], options, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, said: `${out}${err}` }),
      )
      child.stdin!.end()
    })
  }

  async function works(shown: string, line = shown): Promise<void> {
    const expected = answers.find(([beginning]) => shown.startsWith(beginning))?.[1] ?? /(?:)/
    const attempt = async (): Promise<true> => {
      const { code, said } = await type(line)
      assert.equal(code, 0, `${shown}: ${said}`)
      assert.match(said, expected, shown)
      return true
    }
    // A record is sent once; a row is visible soon after.
    await (/produce/.test(line) ? attempt() : eventually(shown, attempt, 20_000))
  }

  void test('of README, in its order, on the project of README', async () => {
    const commands = blockCommands(readme)
    assert.ok(commands.length >= 9, commands.join('\n'))
    for (const command of commands) if (!elsewhere.has(command)) await works(command)
  })

  void test('of the guide', async () => {
    const commands = inlineCommands(guide)
    assert.ok(commands.length >= 20, commands.join('\n'))
    for (const command of commands) {
      if (elsewhere.has(command)) continue
      await works(command, command.replace('NAME', 'orders-to-lake').replace('FOLDER', 'monday'))
    }
  })

  void test('that another test runs is named with that test', () => {
    for (const [command, place] of elsewhere) assert.ok(existsSync(join(root, place)), `${command}: ${place} is gone`)
  })
})

/** `npx weir-data` and `weir` of this checkout, and a psql where the machine has none. */
function placeCommands(folder: string): void {
  mkdirSync(folder)
  const cli = `exec '${process.execPath}' '${join(root, 'src/cli/main.ts')}'`
  const place = (name: string, script: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  place('weir', `${cli} "$@"`)
  place('npx', `[ "$1" = weir-data ] || exit 9\nshift\n${cli} "$@"`)
  const has = (process.env['PATH'] ?? '').split(delimiter).some((path) => existsSync(join(path, 'psql')))
  if (!has) place('psql', `[ $# -eq 1 ] || exec weir sql "$3"\nexit 0`)
}
