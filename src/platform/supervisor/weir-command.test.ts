import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { weirCommandOf } from './weir-command.ts'

void test(
  'a Weir and its child are named by command and folder, others not',
  { skip: process.platform !== 'linux' },
  async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'weir-holder-')))
    const program = join(folder, 'cli/main.js')
    mkdirSync(join(folder, 'cli'))
    // Has one child, and says its id.
    const script = `const { spawn } = require('child_process')
const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
console.log(child.pid)
process.stdin.resume().on('end', () => process.exit())`
    writeFileSync(program, script)
    try {
      for (const [words, expected] of [
        [['up', '--dir', 'shop', '--http-port', '0'], `weir up in ${join(folder, 'shop')}`],
        [['dev', '--dir=/srv/shop'], 'weir dev in /srv/shop'],
        [['up'], `weir up in ${folder}`],
        [['tail', 'orders'], undefined],
      ] as const) {
        const weir = spawn(process.execPath, [program, ...words], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] })
        const child = await new Promise<string>((resolve) =>
          weir.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())),
        )
        assert.equal(weirCommandOf(String(weir.pid)), expected)
        assert.equal(weirCommandOf(child), expected)
        weir.stdin.end()
        await new Promise((resolve) => weir.once('exit', resolve))
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
