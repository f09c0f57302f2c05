import type { ClientSettings } from '../../lake/catalog/catalog.ts'
import type { RequestSigning } from '../../lake/catalog/signing/request-signing.ts'
import type { StorageCredential } from '../../lake/catalog/storage-credential.ts'
import type { SecretService } from '../kinds/reconcile-services.ts'
import type { ObjectSettings } from '../project/object-settings.ts'
import type { LakePlace } from './lake-place.ts'
import { openLakeSigner, readKeys } from './open-lake.ts'

/** What Iceberg clients need to find the files: where S3 is. Their own settings, and those of the project, go before. */
function storageSettings(objects: ObjectSettings | undefined): Readonly<Record<string, string>> {
  if (objects === undefined) return {}
  const { endpoint, region, pathStyle } = objects
  return {
    ...(endpoint === undefined ? {} : { 's3.endpoint': endpoint }),
    // Java says path style and one region for all of AWS, PyIceberg virtual addressing and a region of S3.
    's3.path-style-access': String(pathStyle),
    's3.force-virtual-addressing': String(!pathStyle),
    ...(region === undefined ? {} : { 'client.region': region, 's3.region': region }),
  }
}

export function withStorage(given: ClientSettings | undefined, objects: ObjectSettings | undefined): ClientSettings {
  const { defaults = {}, overrides = {} } = given ?? {}
  return { defaults: { ...storageSettings(objects), ...defaults }, overrides }
}

/** The keys that the project gives to clients that ask. WEIR-7006. */
export async function credentialOf(
  objects: ObjectSettings | undefined,
  secrets: SecretService,
): Promise<StorageCredential | undefined> {
  if (objects?.clientKeys === undefined) return undefined
  const { accessKeyId, secretAccessKey, sessionToken } = await readKeys(objects.clientKeys, secrets)
  return {
    prefix: objects.location,
    config: {
      ...storageSettings(objects),
      's3.access-key-id': accessKeyId,
      's3.secret-access-key': secretAccessKey,
      ...(sessionToken === undefined ? {} : { 's3.session-token': sessionToken }),
    },
  }
}

/** How requests to the bucket are signed for clients that ask: with the keys by which Weir itself reaches it. WEIR-7006. */
export async function signingOf(
  objects: ObjectSettings | undefined,
  lake: LakePlace,
): Promise<RequestSigning | undefined> {
  if (objects === undefined || lake.s3 === undefined) return undefined
  const signer = await openLakeSigner(lake.warehouse, lake.s3)
  const { region } = signer.server
  return { signer, config: { ...storageSettings(objects), 'client.region': region, 's3.region': region } }
}
