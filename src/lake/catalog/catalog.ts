import type { CatalogAccess } from './access/catalog-access.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { PointerStore, TableIdent } from './pointer-store.ts'
import type { RequestSigning } from './signing/request-signing.ts'
import type { StorageCredential } from './storage-credential.ts'

/** A request of the Iceberg REST protocol, without HTTP. */
export interface CatalogRequest {
  /** Upper case. */
  readonly method: string
  /** From `/v1/` on, still percent-encoded. */
  readonly path: string
  /** Decoded parameters. */
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The bytes as text, unparsed: ids may exceed 2^53. */
  readonly body: string
  /** What its sender may do; everything without it. */
  readonly access?: CatalogAccess
}

export interface CatalogResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON text; empty for 204, 304 and HEAD. */
  readonly body: string
  /** The same where the answer was made of bytes, which then need not become text, nor be copied. They do not change. */
  readonly pieces?: readonly Uint8Array[]
}

/** Runs the making of a table or view whose first files lie under `location`, where nothing was before. */
export type Making = <T>(location: string, make: () => Promise<T>) => Promise<T>

/** Settings of clients by name, as `/v1/config` hands them out. */
export interface ClientSettings {
  readonly defaults: Readonly<Record<string, string>>
  readonly overrides: Readonly<Record<string, string>>
}

export interface CatalogOptions {
  readonly pointers: PointerStore
  readonly objects: ObjectStore
  /** Location under which tables lie as `<namespace>/<table>`: `file:///…/.weir/lake` or `s3://bucket/prefix`. */
  readonly warehouse: string
  /** What clients are told to set; `overrides` go before what they set themselves. */
  readonly clientSettings?: ClientSettings
  /** For clients that ask for keys of the storage; without it they use their own. */
  readonly credential?: StorageCredential
  /** For clients that ask for signatures; without it none are given. */
  readonly signing?: RequestSigning
  /** Whoever is killed in it leaves files that no table names: here they can be noted. By default it is run, no more. */
  readonly making?: Making
  /** Told of each Delta table whose log is due for a checkpoint. */
  readonly onCheckpointDue?: (table: TableIdent) => void
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** Answers every request, errors included, as the Iceberg REST specification says; never rejects. */
export interface Catalog {
  handle(request: CatalogRequest): Promise<CatalogResponse>
}

/** A catalog that keeps the pointers itself. */
export interface OwnCatalog extends Catalog {
  /** The metadata file of a table, a Delta table's with all that its log has by now; undefined when there is no such table. */
  pointer(table: TableIdent): Promise<string | undefined>
  /** Whether a table follows a log that other engines write, past the catalog. */
  followsLog(table: TableIdent): Promise<boolean>
}
