import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRunning, waitUntil } from './wait-until.ts'

export interface UserSystemd extends AsyncDisposable {
  /** Puts a unit file in its place. */
  install(name: string, text: string): void
  /** `systemctl --user …`: its output, whatever its exit code. */
  control(...words: string[]): string
}

/**
 * A systemd of our own, as that of a user. It wants to have been booted: in a name space of its own it finds a `/run` that says so. Needs
 * root.
 */
export async function startUserSystemd(): Promise<UserSystemd> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-systemd-'))
  const units = join(folder, 'systemd/user')
  mkdirSync(units, { recursive: true })
  const script = `mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir -p -m 0700 /run/systemd/system /run/user/0 &&
    XDG_RUNTIME_DIR=/run/user/0 XDG_CONFIG_HOME=${folder} exec /lib/systemd/systemd --user --unit=basic.target`
  const manager = spawn('/usr/bin/unshare', ['--mount', 'sh', '-c', script], { stdio: 'ignore', detached: true })
  const pid = manager.pid!
  const control = (...words: string[]): string =>
    spawnSync(
      '/usr/bin/nsenter',
      [`--target=${pid}`, '--mount', 'env', 'XDG_RUNTIME_DIR=/run/user/0', 'systemctl', '--user', ...words],
      { encoding: 'utf8' },
    ).stdout.trim()
  await waitUntil('systemd to run', () => control('is-system-running') === 'running')
  return {
    install(name, text) {
      writeFileSync(join(units, name), text)
      control('daemon-reload')
    },
    control,
    async [Symbol.asyncDispose]() {
      control('exit')
      await waitUntil('systemd to end', () => !isRunning(pid))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
