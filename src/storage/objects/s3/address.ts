import { WeirError } from '../../../kernel/errors/weir-error.ts'

/** What a request names, as the S3 client wants it. */
export interface Address {
  readonly Bucket: string
  readonly Key: string
}

/** Bucket and key of `s3://bucket/key`, raw text. */
export function addressOf(location: string): Address {
  const match = /^s3[an]?:\/\/([^/]+)\/(.*)$/is.exec(location)
  if (match === null) throw new WeirError('WEIR-8005', `${location} is not of the form s3://bucket/key`)
  return { Bucket: match[1]!, Key: match[2]! }
}

/** The location of an unfinished upload: what `list` finds of writers that were killed, and `remove` ends. */
export function uploadLocation({ Bucket, Key }: Address, uploadId: string): string {
  return `s3://${Bucket}/${Key}?uploadId=${uploadId}`
}

/** Undefined for the location of an object. Iceberg percent-encodes `?` in the names of its folders. */
export function uploadOf(location: string): (Address & { readonly UploadId: string }) | undefined {
  const match = /^(.*)\?uploadId=([^/?&]+)$/s.exec(location)
  return match === null ? undefined : { ...addressOf(match[1]!), UploadId: match[2]! }
}
