import type { LakeNote } from '../platform/lake/lake-note.ts'

/** What a backup does not copy: the bucket and the catalog of somebody else that the tables of a data directory need. */
export interface NotCovered {
  /** `s3://bucket/prefix` and the address of a catalog. */
  readonly places: readonly string[]
  /** For people. */
  readonly lines: readonly string[]
}

export function notCovered(lake: LakeNote | undefined): NotCovered {
  const { at, catalog } = lake ?? {}
  return {
    places: [at, catalog].filter((place) => place !== undefined),
    lines: [...(at === undefined ? [] : [ofBucket(at)]), ...(catalog === undefined ? [] : [ofCatalog(catalog)])],
  }
}

function ofBucket(bucket: string): string {
  return `The files of the tables are not in it: they lie in ${bucket}, and stay there. A restore finds each table as its backup names it for as
long as the bucket has those files; commits and maintenance go on removing what is old. Keep versions of the bucket's objects (S3
Versioning) for at least as long as backups.`
}

function ofCatalog(catalog: string): string {
  return `Which tables there are, and what they are now, is known to ${catalog} alone, and is not in it. Back that catalog up by its own
means, before this: the log must hold what the tables say was read from it.`
}
