import type { RequestSigner } from '../../../storage/objects/s3/request-signer.ts'

/** Access to the files of one table at a time: requests to the store, signed one by one. */
export interface RequestSigning {
  readonly signer: RequestSigner
  /** What clients are told of the store: `s3.endpoint` and the like. */
  readonly config: Readonly<Record<string, string>>
}
