// `npm pack` and `npm publish` run this: the published package is plain JavaScript under dist/, with the console beside it.
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildConsoleWhenStale } from '../scripts/build-console.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

rmSync(`${root}dist`, { recursive: true, force: true })
execFileSync(`${root}node_modules/.bin/tsc`, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 2, 2] })
// Only when stale: a Weir of this checkout, or of a test, may be serving it now.
buildConsoleWhenStale(process.execPath)
cpSync(`${root}console/dist`, `${root}dist/console`, { recursive: true })
