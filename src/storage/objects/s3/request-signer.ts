import type { BucketRequest, BucketServer } from './bucket-request.ts'

/** What the signature of one request covers. */
export interface SignedParts extends Pick<BucketRequest, 'protocol' | 'host' | 'path' | 'query'> {
  readonly method: string
  /** Names in lower case; all of them are covered. */
  readonly headers: Readonly<Record<string, string>>
}

/** Signs requests to one bucket with the keys of the project, which leave it never. */
export interface RequestSigner {
  readonly server: BucketServer
  /** Headers that S3 wants beside those that were given. WEIR-8010 where the server would take more than the signature covers. */
  sign(parts: SignedParts): Promise<Readonly<Record<string, string>>>
}
