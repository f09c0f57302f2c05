import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { StoredObject } from '../object-store.ts'
import { addressOf, uploadLocation } from './address.ts'
import type { S3 } from './connect.ts'

/** All objects under a prefix, then the uploads there that nobody completed. */
export async function* listObjects(s3: S3, prefix: string): AsyncIterable<StoredObject> {
  yield* wholeObjects(s3, prefix)
  yield* unfinishedUploads(s3, prefix)
}

async function* wholeObjects(s3: S3, prefix: string): AsyncIterable<StoredObject> {
  const { Bucket, Key: Prefix } = addressOf(prefix)
  let after = {}
  for (;;) {
    const page = await s3.ask(prefix, () => s3.client.send(new ListObjectsV2Command({ Bucket, Prefix, ...after })))
    for (const { Key, Size, LastModified } of page.Contents ?? [])
      yield { location: `s3://${Bucket}/${Key}`, sizeBytes: Size ?? 0, modifiedMs: LastModified?.getTime() ?? 0 }
    if (page.NextContinuationToken === undefined) return
    after = { ContinuationToken: page.NextContinuationToken }
  }
}

/** How much they hold is not told. */
async function* unfinishedUploads(s3: S3, prefix: string): AsyncIterable<StoredObject> {
  const { Bucket, Key: Prefix } = addressOf(prefix)
  let after = {}
  for (;;) {
    const page = await s3.ask(prefix, () =>
      s3.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix, ...after })),
    )
    for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? [])
      yield {
        location: uploadLocation({ Bucket, Key }, UploadId),
        sizeBytes: 0,
        modifiedMs: Initiated?.getTime() ?? 0,
      }
    if (page.IsTruncated !== true) return
    after = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
}
