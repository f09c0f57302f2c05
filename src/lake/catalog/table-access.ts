/** Keys with which clients reach the files under a location by themselves, and whatever else they need for it. */
export interface StorageCredential {
  /** `s3://bucket/prefix` */
  readonly prefix: string
  /** Properties of Iceberg's FileIO: `s3.access-key-id` and the like. */
  readonly config: Readonly<Record<string, string>>
}

/** What the answer to the loading of a table says of its files. */
export interface TableAccess {
  readonly config: Readonly<Record<string, string>>
  readonly 'storage-credentials'?: readonly StorageCredential[]
}

/** Clients use their own keys. */
export const ownAccess: TableAccess = { config: {} }

/**
 * Keys go to clients that ask for them, and to nobody else (REST specification, X-Iceberg-Access-Delegation). Requests are not
 * signed for clients (`remote-signing`): who asks for that alone gets what everybody gets.
 */
export function accessFor(
  credential: StorageCredential | undefined,
  headers: Readonly<Record<string, string | undefined>>,
): TableAccess {
  const asked = headers['x-iceberg-access-delegation']?.split(',').map((way) => way.trim())
  if (credential === undefined || asked?.includes('vended-credentials') !== true) return ownAccess
  return { config: credential.config, 'storage-credentials': [credential] }
}
