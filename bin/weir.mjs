#!/usr/bin/env node
// Plain JavaScript without dependencies: it must say its one line on any Node.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 6)) {
  console.error(
    `weir needs Node 24.6 or later; this is Node ${process.versions.node}. Install it from https://nodejs.org, or run: npx -p node@24 -p weir-data weir`,
  )
  process.exit(1)
}
const compiled = new URL('../dist/cli/main.js', import.meta.url)
const sources = new URL('../src/cli/main.ts', import.meta.url)
// A checkout runs its sources, whatever an earlier build left in dist/; the published package has no src/.
const program = existsSync(sources) ? sources : compiled
await import(program.href).catch((error) => {
  const missing = error.code === 'ERR_MODULE_NOT_FOUND' && /^Cannot find package '([^']+)'/.exec(error.message)?.[1]
  if (!missing) throw error
  const folder = fileURLToPath(new URL('..', import.meta.url))
  console.error(
    `weir lacks the package ${missing}, which is installed with it. Run npm ${program === sources ? 'ci' : 'install'} in ${folder}`,
  )
  process.exit(1)
})
