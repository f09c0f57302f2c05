import { registerHooks } from 'node:module'
import { relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import { chooseEnvironment } from './choose-environment.ts'
import { isProjectDeclaration } from './define-project.ts'
import type { LoadAnswer } from './load-project.ts'

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const ownIndex = new URL(`../../index.${extension}`, import.meta.url).href

/** A project's `weir-data` is the Weir that runs it, installed beside the project or not: one set of schemas. */
export function resolveOwnPackage(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'weir-data' ? { url: ownIndex, shortCircuit: true } : next(specifier, context),
  })
}

/** Imports a project file into this process; what is wrong with it is an answer too. */
export async function readProject(path: string, environment: string | null): Promise<LoadAnswer> {
  try {
    const exported = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    if (!isProjectDeclaration(exported.default))
      throw new WeirError(
        'WEIR-1007',
        `${path} does not export a project. End it with: export default defineProject({ … })`,
      )
    return { project: chooseEnvironment(exported.default, environment) }
  } catch (thrown) {
    return describe(thrown)
  }
}

async function describe(thrown: unknown): Promise<LoadAnswer> {
  if (thrown instanceof WeirError) {
    const { code, message, at, details } = thrown
    return { error: { code, message, details, ...(at === undefined ? {} : { at }) } }
  }
  const { message } = asWeirError(thrown)
  const hint = await hintFor(thrown, message)
  return { error: { code: 'WEIR-1002', message: `${message}${hint}`, details: {}, ...placeOf(thrown) } }
}

/** The first line of the stack that lies in the project: `file:///…/weir.config.ts:3:10`, or `…:3` above a syntax error. */
function placeOf(thrown: unknown): { readonly at?: string } {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  for (const [, url, line, column = '1'] of stack.matchAll(
    /(file:\/\/[^\s()]+?|\/[^\s()]+?\.[cm]?[jt]s):(\d+)(?::(\d+))?/g,
  )) {
    const path = url!.startsWith('file:') ? fileURLToPath(url!) : url!
    if (!path.includes('/node_modules/') && path !== fileURLToPath(import.meta.url))
      return { at: `${relative(process.cwd(), path)}:${line}:${column}` }
  }
  return {}
}

async function hintFor(thrown: unknown, message: string): Promise<string> {
  const code = (thrown as { code?: string }).code
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return '. Node runs TypeScript by leaving types out: enum and namespace cannot be used'
  if (code === 'ERR_MODULE_NOT_FOUND') return '. Install it with npm install, or correct the path'
  const missing = /'weir-data' does not provide an export named '(.+)'/.exec(message)?.[1]
  return missing === undefined ? '' : exportHint(missing)
}

async function exportHint(missing: string): Promise<string> {
  const names = Object.keys((await import(ownIndex)) as object)
  const near = nearestName(missing, names)
  return near === undefined ? `. There are ${names.join(', ')}` : `. Did you mean ${near}?`
}
