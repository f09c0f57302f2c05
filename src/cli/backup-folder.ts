import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { filesUnder } from './copy-tree.ts'

/** `backup.json`, written last: a backup without it is not whole. */
export interface BackupManifest {
  readonly taken: string
  /** Tables name their files by absolute paths, so a backup goes back to where it was taken. */
  readonly dataDirectory: string
  readonly format: number
  readonly bytes: number
  readonly files: number
  /** Bytes of each file of the backup, by its name below the folder. */
  readonly sizes: Readonly<Record<string, number>>
}

export const manifestName = 'backup.json'

export function readManifest(folder: string): BackupManifest {
  try {
    return JSON.parse(readFileSync(join(folder, manifestName), 'utf8')) as BackupManifest
  } catch (cause) {
    throw new WeirError('WEIR-2012', `${folder} holds no whole backup: it has no readable ${manifestName}`, { cause })
  }
}

/** What a backup holds, by name; its manifest is left out. */
export async function sizesIn(folder: string): Promise<Readonly<Record<string, number>>> {
  const names = (await filesUnder(folder)).filter((name) => name !== manifestName)
  return Object.fromEntries(names.map((name) => [name, statSync(join(folder, name)).size]))
}

/** WEIR-2012 names what is missing from a backup, or was cut. */
export async function mustBeWhole(folder: string, { sizes }: BackupManifest): Promise<void> {
  const found = await sizesIn(folder)
  const wrong = Object.entries(sizes).filter(([name, bytes]) => found[name] !== bytes)
  if (wrong.length === 0) return
  const named = wrong.slice(0, 3).map(([name, bytes]) => `${name} has ${found[name] ?? 'no'} bytes, not ${bytes}`)
  throw new WeirError(
    'WEIR-2012',
    `the backup in ${folder} is damaged: ${named.join('; ')}${wrong.length > 3 ? `; and ${wrong.length - 3} more` : ''}. Take another one`,
  )
}

/** WEIR-2010 when there is anything in the folder. */
export function mustBeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new WeirError('WEIR-2010', `${folder} is not empty. Choose an empty folder, or move what is there away`)
}
