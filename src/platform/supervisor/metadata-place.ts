import { hostname } from 'node:os'
import { join } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Files } from '../../kernel/files/files.ts'
import type { Logger } from '../../kernel/logger.ts'
import { ownPostgres, type PostgresOwner } from '../../storage/metadata/postgres-owner.ts'
import { placeOfPostgres } from '../../storage/metadata/postgres.ts'
import { readNote } from './read-note.ts'
import { writeDurably } from './write-durably.ts'

/** `metadata.json` of a data directory: without the metadata the files beside it are worth nothing. */
export interface MetadataPlace {
  readonly in: 'sqlite' | 'postgres'
  /** `db:5432/weir`, for people; never a password. */
  readonly at?: string
}

/**
 * Notes where the metadata lies. WEIR-2014 when the directory's lies in another kind of database than the project names
 * now: Weir would start with tables and deliveries that it does not know. A database that moved keeps its kind. WEIR-8002 when the
 * metadata is lost and tables are there: what the project declares would be made anew beside them, and the others be forgotten.
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
  const lost = wanted.in === 'sqlite' ? await lostMetadata(directory, files) : undefined
  if (lost !== undefined && (await hasTables(directory, files)))
    throw new WeirError(
      'WEIR-8002',
      `${join(directory, 'metadata.db')} ${lost}, and the tables in ${join(directory, 'lake')} are known only there. Restore it from a backup (weir restore), or move ${directory} away to begin anew`,
    )
  if (found?.at !== wanted.at || found === undefined)
    await writeDurably(join(directory, 'metadata.json'), `${JSON.stringify(wanted)}\n`, files)
}

/** One Weir a database: another project on it would take over, and fail, what this one declared. Nothing to own in SQLite. */
export async function ownMetadata(
  location: string | undefined,
  directory: string,
  logger: Logger,
): Promise<PostgresOwner | undefined> {
  if (location === undefined) return undefined
  const name = `weir ${process.pid} on ${hostname()} ${directory}`.slice(0, 63)
  return ownPostgres(location, {
    name,
    onTaken: (error) => logger.error({ err: error }, 'another Weir took the metadata database; stop one of them'),
  })
}

/** Undefined before the first start, and where an earlier version of Weir ran. */
export async function readMetadataPlace(directory: string, files: Files): Promise<MetadataPlace | undefined> {
  return readNote<MetadataPlace>(join(directory, 'metadata.json'), files)
}

/** SQLite would begin an empty database in each of these cases. Pages have 4 KiB; one alone is a header without a table. */
async function lostMetadata(directory: string, files: Files): Promise<'is gone' | 'is empty' | undefined> {
  const size = await files.size(join(directory, 'metadata.db'))
  if (size === undefined) return 'is gone'
  const written = (await files.size(join(directory, 'metadata.db-wal'))) ?? 0
  return size === 0 || (size <= 4096 && written === 0) ? 'is empty' : undefined
}

async function hasTables(directory: string, files: Files): Promise<boolean> {
  return (await files.list(join(directory, 'lake'))).length > 0
}

function placeOf(location: string | undefined): MetadataPlace {
  if (location === undefined) return { in: 'sqlite' }
  return { in: 'postgres', at: placeOfPostgres(location) }
}

function nameOf({ in: kind, at }: MetadataPlace): string {
  return kind === 'sqlite' ? 'SQLite (metadata.db)' : at === undefined ? 'PostgreSQL' : `PostgreSQL (${at})`
}
