import { join, resolve } from 'node:path'
import type { ObjectSettings, S3Keys } from '../project/object-settings.ts'

/** Where the files of tables lie, as every process that opens them is told: JSON-safe, and without the secrets themselves. */
export interface LakePlace {
  /** Location under which the tables lie: `file:///…/.weir/lake` or `s3://bucket/prefix`. */
  readonly warehouse: string
  /** Of files that DuckDB cannot read where or as they are. */
  readonly copies: CopiesPlace
  /** How S3 is reached; none where the tables lie in a folder. */
  readonly s3?: S3Access
}

export interface CopiesPlace {
  /** Each process has folders of its own below it. */
  readonly cacheDirectory: string
  readonly cacheBytesMax?: number
}

export interface S3Access {
  readonly endpoint?: string
  readonly region?: string
  readonly pathStyle: boolean
  /** Without them the AWS SDK's usual chain, of the machine where it runs. */
  readonly keys?: S3Keys
  /** Files of secrets are named from here. */
  readonly projectDirectory: string
}

interface Folders {
  /** The data directory. */
  readonly root: string
  /** Of tables that lie in no bucket. */
  readonly lake: string
}

export function lakePlaceOf(
  objects: ObjectSettings | undefined,
  { root, lake }: Folders,
  projectDirectory: string,
): LakePlace {
  const copies = copiesPlaceOf(objects, root, projectDirectory)
  if (objects === undefined) return { warehouse: `file://${lake}`, copies }
  const { location, endpoint, region, pathStyle, keys } = objects
  return {
    warehouse: location,
    copies,
    s3: {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      pathStyle,
      ...(keys === undefined ? {} : { keys }),
      projectDirectory,
    },
  }
}

/** Where copies of objects lie, and how much they may take. */
export function copiesPlaceOf(
  objects: ObjectSettings | undefined,
  root: string,
  projectDirectory: string,
): CopiesPlace {
  const { cacheDirectory, cacheBytes } = objects ?? {}
  return {
    cacheDirectory: cacheDirectory === undefined ? join(root, 'cache') : resolve(projectDirectory, cacheDirectory),
    ...(cacheBytes === undefined ? {} : { cacheBytesMax: cacheBytes }),
  }
}

/** The same place from a machine with a folder and secrets of its own. */
export function lakePlaceFrom(place: LakePlace, projectDirectory: string): LakePlace {
  return place.s3 === undefined ? place : { ...place, s3: { ...place.s3, projectDirectory } }
}

/** The same place for a process whose copies lie below another folder. */
export function copiesIn(cacheDirectory: string, place: LakePlace): LakePlace {
  return { ...place, copies: { ...place.copies, cacheDirectory } }
}
