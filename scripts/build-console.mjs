// Builds the console of a checkout when its files are newer than what is built. Plain JavaScript without dependencies,
// because scripts/run.mjs imports it; vite itself runs on the Node that is given.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = `${root}console`
const sources = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json']

/** Takes under two seconds when it builds, milliseconds when not. */
export function buildConsoleWhenStale(node) {
  const built = `${folder}/dist/index.html.gz`
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources.map((name) => newest(`${folder}/${name}`))))
    return
  // Built aside and moved: a Weir that serves the old files is without them for a moment only.
  const made = `dist/.part-${process.pid}`
  const vite = [
    `${root}node_modules/vite/bin/vite.js`,
    'build',
    '--logLevel',
    'warn',
    '--outDir',
    made,
    '--emptyOutDir',
  ]
  execFileSync(node, vite, { cwd: folder, stdio: ['ignore', 2, 2] })
  compressBeside(`${folder}/${made}`)
  for (const name of readdirSync(`${folder}/dist`))
    if (!name.startsWith('.part-')) rmSync(`${folder}/dist/${name}`, { recursive: true, force: true })
  for (const name of readdirSync(`${folder}/${made}`)) {
    // Another build that ran beside this one may have put its own there, which is the same.
    rmSync(`${folder}/dist/${name}`, { recursive: true, force: true })
    renameSync(`${folder}/${made}/${name}`, `${folder}/dist/${name}`)
  }
  rmSync(`${folder}/${made}`, { recursive: true, force: true })
}

/** What the server sends to browsers that take it so: a third of the bytes, and no work for each request. */
function compressBeside(path) {
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }))
    if (/[.](js|css|html|svg)$/.test(name))
      writeFileSync(`${path}/${name}.gz`, gzipSync(readFileSync(`${path}/${name}`), { level: 9 }))
}

function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(`${path}/${name}`)))
}
