import { isDeepStrictEqual } from 'node:util'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import type { Files } from '../../kernel/files/files.ts'
import { liesUnder, schemeOf } from '../../storage/objects/location.ts'
import type { CatalogPointers } from '../../storage/metadata/pointers.ts'
import { checkBucket } from './check-bucket.ts'
import { noteOf, readLakeNote, writeLakeNote, type LakeNote } from './lake-note.ts'
import type { LakePlace } from './lake-place.ts'

interface PrepareOptions {
  /** The data directory. */
  readonly root: string
  readonly pointers: Pick<CatalogPointers, 'outside'>
  readonly files: Files
  /** The catalog that has the tables, when it is not Weir's own. */
  readonly foreign?: { readonly uri: string; readonly check: () => Promise<void> }
}

/**
 * Before anything uses the lake: its tables lie there (WEIR-2023), and a bucket can keep them (WEIR-8010, WEIR-8004). A bucket that kept
 * them at the last start and does not answer now keeps nobody from producing: that is a notice, and deliveries wait for it.
 */
export async function prepareLake(place: LakePlace, options: PrepareOptions): Promise<readonly string[]> {
  const { root, files, foreign } = options
  const [found, wanted] = [await readLakeNote(root, files), noteOf(place, foreign?.uri)]
  await refuseOtherPlace(place, options)
  const isKnown = isDeepStrictEqual(found, wanted)
  const notices = [
    ...(place.s3 === undefined ? [] : await checked(() => checkBucket(place), isKnown)),
    ...(foreign === undefined ? [] : await checked(() => foreign.check(), isKnown)),
  ]
  if (!isKnown) await writeLakeNote(root, wanted, files)
  return notices
}

/** WEIR-2023 when what a data directory has of tables is not what a project says. */
export async function refuseOtherPlace(place: LakePlace, options: PrepareOptions): Promise<void> {
  await refuseOtherCatalog(await readLakeNote(options.root, options.files), options)
  await refuseOtherLake(place, options)
}

async function checked(check: () => Promise<void>, isKnown: boolean): Promise<readonly string[]> {
  try {
    await check()
    return []
  } catch (thrown) {
    const error = asWeirError(thrown)
    if (!isKnown || !['WEIR-8004', 'WEIR-4009'].includes(error.code)) throw error
    return [`${error.message}. Records are taken; deliveries and queries wait for it  [${error.code}]`]
  }
}

/** What one catalog has, another does not know. */
async function refuseOtherCatalog(
  found: LakeNote | undefined,
  { root, pointers, foreign }: PrepareOptions,
): Promise<void> {
  const [first] = foreign === undefined ? [] : await pointers.outside('')
  if (found?.catalog === foreign?.uri && first === undefined) return
  if (found?.catalog === undefined && first === undefined) return
  const own = "Weir's own catalog"
  const is = found?.catalog ?? own
  const names = first === undefined ? '' : `, ${[...first.namespace, first.name].join('.')} among them`
  throw new WeirError(
    'WEIR-2023',
    `the tables of ${root} are known to ${is}${names}, but this project asks ${foreign?.uri ?? own} for tables. ` +
      'Choose the environment that it was started with (--env), or give this one a data directory of its own (dataDirectory)',
  )
}

/** Tables name their files by absolute locations: none moves because a project says another place. */
async function refuseOtherLake({ warehouse }: LakePlace, { root, pointers }: PrepareOptions): Promise<void> {
  const isElsewhere = (location: string): boolean =>
    schemeOf(location) !== schemeOf(warehouse) || (schemeOf(warehouse) === 's3' && !liesUnder(warehouse, location))
  const left = (await pointers.outside(warehouse)).filter(({ location }) => isElsewhere(location))
  const [first] = left
  if (first === undefined) return
  const names = `${[...first.namespace, first.name].join('.')}${left.length > 1 ? ` and ${left.length - 1} more` : ''}`
  throw new WeirError(
    'WEIR-2023',
    `the tables of ${root} do not lie in ${warehouse}: ${names} (${first.location}). Tables name their files by absolute locations, and do not move by themselves. ` +
      'Choose the environment that it was started with (--env), or give this one a data directory of its own (dataDirectory), where deliveries load its tables from the streams',
  )
}
