import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCallSites } from 'node:util'

/** Where something was declared in a user's project. Lines and columns count from 1. */
export interface DeclarationSite {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The place that called the function which calls this one. */
export function siteOfCall(): DeclarationSite | undefined {
  const frame = getCallSites(3)[2]
  if (!frame) return undefined
  const file = frame.scriptName.startsWith('file:') ? fileURLToPath(frame.scriptName) : frame.scriptName
  return { file, line: frame.lineNumber, column: frame.columnNumber }
}

/** `weir.config.ts:14:3`, relative to the folder of the project. */
export function formatSite({ file, line, column }: DeclarationSite): string {
  const short = relative(process.cwd(), file)
  return `${short.startsWith('..') ? file : short}:${line}:${column}`
}

/** Where the option at `path` is written: its keys are looked for in the source, from the declaration on. */
export function siteOfOption(site: DeclarationSite, path: readonly PropertyKey[]): DeclarationSite {
  const keys = path.filter((step) => typeof step === 'string')
  if (keys.length === 0) return site
  try {
    const lines = readFileSync(site.file, 'utf8').split('\n')
    let found: DeclarationSite = site
    for (const key of keys) found = findKey(lines, found, key) ?? found
    return found
  } catch {
    return site
  }
}

/** Far enough for the longest of declarations, near enough not to find the next one's. */
const linesSearched = 200

function findKey(lines: readonly string[], from: DeclarationSite, key: string): DeclarationSite | undefined {
  const escaped = key.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
  const pattern = new RegExp(String.raw`(?<![\w$.])['"]?${escaped}['"]?\s*[:,}]`, 'g')
  for (let line = from.line; line <= Math.min(lines.length, from.line + linesSearched); line++) {
    pattern.lastIndex = line === from.line ? from.column - 1 : 0
    const match = pattern.exec(lines[line - 1]!)
    if (match) return { file: from.file, line, column: match.index + 1 }
  }
  return undefined
}
