import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { childrenOf } from '../fault/process-tree.ts'
import { startUserSystemd } from '../support/user-systemd.ts'
import { isRunning, waitUntil } from '../support/wait-until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const guide = readFileSync(join(root, 'docs/guide/README.md'), 'utf8')

/** The unit of the guide, for this project: a user's systemd changes no user. */
function unitFor(folder: string): string {
  const [, unit] = /^```ini\n([\s\S]*?)^```$/m.exec(guide)!
  const command = `${process.execPath} ${join(root, 'bin/weir.mjs')}`
  const ports = '--kafka-port 0 --postgres-port 0 --http-port 0'
  return unit!
    .replace('/srv/shop/node_modules/.bin/weir up', `${command} up ${ports}`)
    .replace('/srv/shop', folder)
    .replace('User=weir\n', '')
}

void test('the unit of the guide: started, ended by systemd in order, and started again after a kill', async () => {
  await using systemd = await startUserSystemd()
  const folder = mkdtempSync(join(tmpdir(), 'weir-unit-'))
  const endpoints = join(folder, '.weir/endpoints.json')
  const pid = (): number | undefined =>
    existsSync(endpoints) ? (JSON.parse(readFileSync(endpoints, 'utf8')) as { pid: number }).pid : undefined
  const shown = (property: string): string => systemd.control('show', '--value', `--property=${property}`, 'weir')
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(
      join(folder, 'weir.config.ts'),
      "import { defineProject, stream } from 'weir-data'\nexport default defineProject({ name: 'unit', resources: [stream('a')] })\n",
    )
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    systemd.install('weir.service', unitFor(folder))
    systemd.control('start', 'weir')
    const first = await waitUntil('weir to be ready', pid, 30_000)
    assert.equal(shown('MainPID'), String(first))
    const children = childrenOf(first)
    assert.ok(children.length > 0)
    process.kill(first, 'SIGKILL')
    const second = await waitUntil('systemd to start it again', () => (pid() === first ? undefined : pid()), 30_000)
    assert.ok(!children.some(isRunning))
    const all = [second, ...childrenOf(second)]
    systemd.control('stop', 'weir')
    assert.deepEqual([shown('ActiveState'), shown('Result')], ['inactive', 'success'])
    assert.ok(!all.some(isRunning))
    assert.ok(!existsSync(endpoints))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
