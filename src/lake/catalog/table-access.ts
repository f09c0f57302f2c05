import type { TableIdent } from './pointer-store.ts'
import { namespaceSeparator } from './route.ts'
import type { RequestSigning } from './signing/request-signing.ts'
import type { StorageCredential } from './storage-credential.ts'

/** What the answer to the loading of a table says of its files. */
export interface TableAccess {
  readonly config: Readonly<Record<string, string>>
  readonly 'storage-credentials'?: readonly StorageCredential[]
}

/** Clients use their own keys. */
export const ownAccess: TableAccess = { config: {} }

/** What a request may be answered with, as the project has it. */
export interface AccessOffers {
  readonly credential?: StorageCredential
  readonly signing?: RequestSigning
}

/** A table whose files are asked for; `sealed` while it is staged (`staged-places.ts`). */
export interface AccessedTable {
  readonly table: TableIdent
  readonly sealed?: string
}

/**
 * Keys go to clients that ask for them, and to nobody else (REST specification, X-Iceberg-Access-Delegation); whoever asks for signatures is
 * told where they are given.
 */
export function accessFor(
  { credential, signing }: AccessOffers,
  headers: Headers,
  accessed: AccessedTable,
): TableAccess {
  if (credential !== undefined && delegations(headers).includes('vended-credentials'))
    return { config: credential.config, 'storage-credentials': [credential] }
  if (signing !== undefined && asksForSignatures(headers))
    return { config: { ...signing.config, ...signerSettings(accessed) } }
  return ownAccess
}

type Headers = Readonly<Record<string, string | undefined>>

/** Ways in which a client takes access to the files, as its header lists them. */
function delegations({ 'x-iceberg-access-delegation': header }: Headers): readonly string[] {
  return header?.split(',').map((way) => way.trim()) ?? []
}

export function asksForSignatures(headers: Headers): boolean {
  return delegations(headers).includes('remote-signing')
}

/** The signer is found from the address of the catalog that the client has, by the name that older and newer clients look for. */
function signerSettings({ table: { namespace, name }, sealed }: AccessedTable): Readonly<Record<string, string>> {
  const path = `v1/namespaces/${namespace.map(encodeURIComponent).join(namespaceSeparator)}/tables/${encodeURIComponent(name)}/sign`
  const endpoint = sealed === undefined ? path : `${path}?staged=${sealed}`
  return {
    's3.remote-signing-enabled': 'true',
    's3.signer.endpoint': endpoint,
    'signer.endpoint': endpoint,
    // PyIceberg signs by this name, and only where it reaches files by fsspec.
    's3.signer': 'S3V4RestSigner',
    'py-io-impl': 'pyiceberg.io.fsspec.FsspecFileIO',
  }
}
