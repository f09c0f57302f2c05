import { join } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Files } from '../../kernel/files/files.ts'
import { writeDurably } from './write-durably.ts'

/** `metadata.json` of a data directory: without the metadata the files beside it are worth nothing. */
export interface MetadataPlace {
  readonly in: 'sqlite' | 'postgres'
  /** `db:5432/weir`, for people; never a password. */
  readonly at?: string
}

/**
 * Notes where the metadata lies. WEIR-2014 when the directory's lies in another kind of database than the project names
 * now: Weir would start with tables and deliveries that it does not know. A database that moved keeps its kind.
 */
export async function refuseOtherMetadata(
  directory: string,
  location: string | undefined,
  files: Files,
): Promise<void> {
  const wanted = placeOf(location)
  const found = await readMetadataPlace(directory, files)
  if (found !== undefined && found.in !== wanted.in)
    throw new WeirError(
      'WEIR-2014',
      `the metadata of ${directory} lies in ${nameOf(found)}, but this project keeps it in ${nameOf(wanted)}. Choose the environment that it was started with (--env), or another data directory`,
    )
  if (found?.at !== wanted.at || found === undefined)
    await writeDurably(join(directory, 'metadata.json'), `${JSON.stringify(wanted)}\n`, files)
}

/** Undefined before the first start, and where an earlier version of Weir ran. */
export async function readMetadataPlace(directory: string, files: Files): Promise<MetadataPlace | undefined> {
  const path = join(directory, 'metadata.json')
  if ((await files.size(path)) === undefined) return undefined
  return JSON.parse((await files.read(path)).toString()) as MetadataPlace
}

function placeOf(location: string | undefined): MetadataPlace {
  if (location === undefined) return { in: 'sqlite' }
  // By its parts, because the whole may hold a password.
  const { host, pathname } = URL.canParse(location) ? new URL(location) : { host: '?', pathname: '' }
  return { in: 'postgres', at: `${host}${pathname}` }
}

function nameOf({ in: kind, at }: MetadataPlace): string {
  return kind === 'sqlite' ? 'SQLite (metadata.db)' : `PostgreSQL (${at})`
}
