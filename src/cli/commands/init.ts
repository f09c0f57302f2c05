import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { makeDirectory } from '../../kernel/files/node-files.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Command } from '../command.ts'
import { projectFiles } from '../project-template.ts'
import { version } from '../../kernel/version.ts'

export const init: Command = {
  name: 'init',
  summary: 'write a project that runs as it is: a stream, its table, a delivery and a view',
  arguments: [{ name: 'folder', description: 'where; the current folder without it', required: false }],
  examples: ['weir init', 'npx weir-data init my-project'],
  async run({ arguments: [folder], output, directory }) {
    const target = resolve(directory, folder ?? '.')
    const files = projectFiles({ name: packageName(target), version: version() })
    refuseToOverwrite(target, Object.keys(files))
    const written = Object.entries(files).filter(([name]) => !existsSync(join(target, name)))
    await makeDirectory(target, 0o777)
    const manifest = join(target, 'package.json')
    const completed = existsSync(manifest) && completeManifest(manifest, files['package.json']!)
    for (const [name, text] of written) writeFileSync(join(target, name), text)
    const names = written.map(([name]) => name)
    output.answer({ directory: target, files: names, changed: completed ? ['package.json'] : [] }, () =>
      nextSteps(folder, names, completed),
    )
  },
}

/** A package.json that npm made keeps what it says, but for the module type: without it weir.config.ts does not load. */
function completeManifest(path: string, wanted: string): boolean {
  const own = readManifest(path)
  const template = JSON.parse(wanted) as Manifest
  const merged = {
    ...own,
    type: 'module',
    scripts: { ...template.scripts, ...own.scripts },
    dependencies: { ...template.dependencies, ...own.dependencies },
  }
  if (JSON.stringify(merged) === JSON.stringify(own)) return false
  writeFileSync(path, `${JSON.stringify(merged, null, 2)}\n`)
  return true
}

function readManifest(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch (error) {
    const why = (error as Error).message
    throw new WeirError(
      'WEIR-2010',
      `${path} is not JSON (${why}). Correct it, or choose another folder: weir init my-project`,
    )
  }
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

function refuseToOverwrite(target: string, names: readonly string[]): void {
  if (!existsSync(target)) return
  const present = new Set(readdirSync(target))
  const taken = names.filter((name) => name !== 'package.json' && name !== '.gitignore' && present.has(name))
  if (taken.length > 0)
    throw new WeirError(
      'WEIR-2010',
      `${target} already has ${taken.join(', ')}. Choose another folder: weir init my-project`,
    )
}

/** Of the folder, as a project and a package may be called: a letter first, 63 characters at most. */
function packageName(target: string): string {
  const plain = basename(target)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const name = /^[a-z]/.test(plain) ? plain : `project-${plain}`
  return plain === '' ? 'my-project' : name.slice(0, 63)
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w./~@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function nextSteps(folder: string | undefined, written: readonly string[], completed: boolean): string {
  const enter = folder === undefined ? '' : `  cd ${shellWord(folder)}\n  npm install\n`
  const changed = completed ? ' Added to package.json: "type": "module", scripts, the dependency.' : ''
  return `Wrote ${written.join(', ')}.${changed}

${enter}  npx weir-data up                                  starts it; Ctrl-C stops it
  npx weir-data produce events < events.ndjson      sends a few records
  npx weir-data sql 'select * from events_by_kind'  shows them`
}
