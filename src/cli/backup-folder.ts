import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError } from '../kernel/errors/weir-error.ts'

/** `backup.json`, written last: a backup without it is not whole. */
export interface BackupManifest {
  readonly taken: string
  /** Tables name their files by absolute paths, so a backup goes back to where it was taken. */
  readonly dataDirectory: string
  readonly format: number
  readonly bytes: number
  readonly files: number
}

export const manifestName = 'backup.json'

export function readManifest(folder: string): BackupManifest {
  try {
    return JSON.parse(readFileSync(join(folder, manifestName), 'utf8')) as BackupManifest
  } catch (cause) {
    throw new WeirError('WEIR-2012', `${folder} holds no whole backup: it has no readable ${manifestName}`, { cause })
  }
}

/** WEIR-2010 when there is anything in the folder. */
export function mustBeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new WeirError('WEIR-2010', `${folder} is not empty. Choose an empty folder, or move what is there away`)
}
