import type { Project } from '../project/project.ts'

/** What of a project is read only at the start, and is another one now than what runs; undefined when it is the same. */
export function restartNotice(running: Project, saved: Project): string | undefined {
  const [before, now] = [startOptions(running), startOptions(saved)]
  const changed = [...new Set([...before.keys(), ...now.keys()])].filter((name) => before.get(name) !== now.get(name))
  if (changed.length === 0) return undefined
  return `${changed.join(', ')} changed: this takes effect when Weir is started again`
}

function startOptions({ name, settings }: Project): ReadonlyMap<string, string> {
  const shown = Object.entries(settings).map(
    ([option, value]) => [nameAsDeclared(option), JSON.stringify(value)] as const,
  )
  return new Map([['name', name], ...shown])
}

/** `memory` and the like are kept in bytes and milliseconds, with the unit in the name. */
function nameAsDeclared(option: string): string {
  return option.replace(/(?:Bytes|Ms)$/, '')
}
