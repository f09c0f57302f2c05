import { globSync, readFileSync } from 'node:fs'

/** The ten longest files and functions of src, as text: a long one nearly always hides a concept that wants a name. */
export function largest(): string {
  const files: [number, string][] = []
  const functions: [number, string][] = []
  for (const file of globSync('src/**/*.ts')) {
    if (file.endsWith('.test.ts')) continue
    const lines = readFileSync(file, 'utf8').split('\n')
    files.push([lines.length, file])
    functions.push(...functionsOf(lines).map(([length, name]): [number, string] => [length, `${file} ${name}`]))
  }
  return `longest files\n${top(files)}\nlongest functions\n${top(functions)}`
}

/** Functions that begin at the left margin end at the first brace there: the formatter sees to that. */
function functionsOf(lines: readonly string[]): [number, string][] {
  const found: [number, string][] = []
  let begin = -1
  let name = ''
  for (const [at, line] of lines.entries()) {
    const match = /^(?:export )?(?:async )?function\*? (\w+)/.exec(line)
    if (match) [begin, name] = [at, match[1]!]
    else if (begin >= 0 && line === '}') {
      found.push([at - begin + 1, name])
      begin = -1
    }
  }
  return found
}

function top(entries: [number, string][]): string {
  return entries
    .toSorted(([a], [b]) => b - a)
    .slice(0, 10)
    .map(([length, name]) => `  ${String(length).padStart(5)}  ${name}`)
    .join('\n')
}
