import { join } from 'node:path'
import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { openAvroCopies } from '../../lake/avro-rows/avro-copies.ts'
import type { CacheFigures } from '../../storage/objects/cache/object-cache.ts'
import { openObjectStore, type OpenObjectStore } from '../../storage/objects/open.ts'
import type { RequestSigner } from '../../storage/objects/s3/request-signer.ts'
import { cacheBytesDefault, type S3Settings } from '../../storage/objects/s3/s3-settings.ts'
import type { SecretService } from '../kinds/reconcile-services.ts'
import { createSecretService } from '../kinds/secret/read-secret.ts'
import type { S3Keys } from '../project/object-settings.ts'
import type { CopiesPlace, LakePlace, S3Access } from './lake-place.ts'

/**
 * Opens the files of tables, in a folder or in S3, and nothing beyond. Secrets are read where it runs: WEIR-7006 for one that is not
 * there. `owner` names the folder of its copies of objects: a process has one of its own.
 */
export async function openLake(
  { warehouse, copies, s3 }: LakePlace,
  owner: string,
  patience: Pick<S3Settings, 'patience' | 'silenceMsMax'> = {},
): Promise<OpenObjectStore> {
  const roots = [warehouse]
  if (s3 === undefined) return withRowCopies(openObjectStore({ roots, files: nodeFiles }), copies, owner)
  const cached = { ...copies, cacheDirectory: join(copies.cacheDirectory, owner) }
  const settings = { ...(await settingsOf(s3)), ...patience, ...cached }
  return withRowCopies(openObjectStore({ roots, files: nodeFiles, s3: settings }), copies, owner)
}

function withRowCopies(store: OpenObjectStore, copies: CopiesPlace, owner: string): OpenObjectStore {
  const rowCopies = openAvroCopies({
    folder: join(copies.cacheDirectory, `${owner}-rows`),
    bytesMax: copies.cacheBytesMax ?? cacheBytesDefault,
    files: nodeFiles,
    clock: systemClock,
    store,
  })
  const rowFigures = (): CacheFigures | undefined => {
    const figures = rowCopies.figures()
    return figures.hits + figures.misses + figures.files > 0 ? figures : undefined
  }
  return { ...store, rowCopies, rowFigures }
}

/** Signs requests to the bucket of the tables as those of the store itself are signed. WEIR-7006. */
export async function openLakeSigner(warehouse: string, s3: S3Access): Promise<RequestSigner> {
  const { openRequestSigner } = await import('../../storage/objects/s3/open-request-signer.ts')
  return openRequestSigner(warehouse, { ...(await settingsOf(s3)), cacheDirectory: '' })
}

async function settingsOf({ keys, projectDirectory, ...rest }: S3Access): Promise<Omit<S3Settings, 'cacheDirectory'>> {
  return { ...rest, ...(keys === undefined ? {} : await readKeys(keys, createSecretService(projectDirectory))) }
}

export type ReadKeys = Pick<S3Settings, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>

/** The keys themselves. WEIR-7006. */
export async function readKeys(
  keys: S3Keys,
  secrets: SecretService,
): Promise<Required<Pick<S3Settings, 'accessKeyId' | 'secretAccessKey'>> & ReadKeys> {
  const { accessKeyId, secretAccessKey, sessionToken } = keys
  return {
    accessKeyId: typeof accessKeyId === 'string' ? accessKeyId : await secrets.read(accessKeyId),
    secretAccessKey: await secrets.read(secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: await secrets.read(sessionToken) }),
  }
}
