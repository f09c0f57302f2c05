import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '../../../test/support/wait-until.ts'

const cli = fileURLToPath(new URL('../main.ts', import.meta.url))

void test('logs are followed over a rotation, and to a process that begins to log, each line once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-logs-'))
  const path = join(folder, '.weir/logs/log.log')
  mkdirSync(join(folder, '.weir/logs'), { recursive: true })
  const line = (msg: string): string => `${JSON.stringify({ time: '2026-01-01T00:00:00Z', msg })}\n`
  writeFileSync(path, line('old'))
  const child = spawn(process.execPath, [cli, 'logs', '-n', '0', '--follow', '--dir', folder])
  t.after(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  await waitUntil('the command to follow', () => {
    appendFileSync(path, line('tick'))
    return out.includes('tick')
  })
  renameSync(path, `${path}.1`)
  writeFileSync(path, line('rotated'))
  await waitUntil('the line after the rotation', () => out.includes('rotated'))
  writeFileSync(join(folder, '.weir/logs/engine.log'), line('begun'))
  await waitUntil('the new process', () => out.includes('begun'))
  appendFileSync(path, line('last'))
  await waitUntil('the last line', () => out.includes('last'))
  for (const msg of ['rotated', 'begun', 'last']) assert.equal(out.split(msg).length - 1, 1, msg)
  assert.doesNotMatch(out, /old/)
})
