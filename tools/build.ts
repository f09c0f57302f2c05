// `npm pack` and `npm publish` run this: the published package is plain JavaScript under dist/, with the console beside it.
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

export function buildConsole(): void {
  execFileSync(process.execPath, [`${root}node_modules/vite/bin/vite.js`, 'build', '--logLevel', 'warn'], {
    cwd: `${root}console`,
    stdio: ['ignore', 2, 2],
  })
}

rmSync(`${root}dist`, { recursive: true, force: true })
execFileSync(`${root}node_modules/.bin/tsc`, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 2, 2] })
buildConsole()
cpSync(`${root}console/dist`, `${root}dist/console`, { recursive: true })
