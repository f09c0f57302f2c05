import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where a project's data lies when it is not in `.weir`: noted there by each start that has it for itself, so that commands find what runs without
 * reading the project first.
 */
export const noteName = 'data-directory'

/** The data directory of a project. `WEIR_DATA` goes before what the last start noted. */
export function dataDirectoryOf(projectDirectory: string): string {
  const usual = join(projectDirectory, '.weir')
  const chosen = process.env['WEIR_DATA']
  if (chosen !== undefined) return chosen
  try {
    return readFileSync(join(usual, noteName), 'utf8').replace(/\n$/, '') || usual
  } catch {
    return usual
  }
}

/** Tells later commands where this start keeps its data. A project's folder that cannot be written keeps no note. */
export function noteDataDirectory(projectDirectory: string, dataDirectory: string): void {
  const usual = join(projectDirectory, '.weir')
  try {
    if (dataDirectory === usual) return rmSync(join(usual, noteName), { force: true })
    // Not recursive: the project's folder is there.
    if (!existsSync(usual)) mkdirSync(usual, { mode: 0o700 })
    writeFileSync(join(usual, noteName), `${dataDirectory}\n`, { mode: 0o600 })
  } catch {
    // Then --data says it to each command.
  }
}
