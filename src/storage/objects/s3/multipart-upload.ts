import { crc32 } from 'node:zlib'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { addressOf, type Address } from './address.ts'
import { crc32Text } from './checksum.ts'
import type { S3 } from './connect.ts'
import { settled, tokenName, type Write } from './settle.ts'
import type { Source } from '../source.ts'

/** S3 takes no more parts of one object. */
const partsMax = 10_000

interface Upload {
  readonly location: string
  readonly address: Address & { readonly UploadId: string }
}

interface SentParts {
  readonly parts: CompletedPart[]
  /** Of all bytes. */
  readonly sum: number
}

/**
 * Sends an object in parts, several at a time, each with its checksum; in the end the server compares the
 * checksum of the whole. An upload that fails is aborted, so that its parts take no room; one that was killed is found by `list`.
 */
export async function sendInParts(s3: S3, source: Source, write: Write): Promise<void> {
  const upload = await begin(s3, write)
  try {
    const sent = await sendParts(s3, source, upload)
    await settled(s3, write, () => complete(s3, upload, sent))
  } catch (error) {
    await abort(s3, upload)
    throw error
  }
}

async function begin(s3: S3, { location, token }: Write): Promise<Upload> {
  const address = addressOf(location)
  // Without an algorithm here, some servers refuse the parts' checksums in the end (InvalidPart).
  const request = {
    ...address,
    ChecksumAlgorithm: 'CRC32',
    ChecksumType: 'FULL_OBJECT',
    Metadata: { [tokenName]: token },
  } as const
  const { UploadId } = await s3.ask(location, () => s3.client.send(new CreateMultipartUploadCommand(request)))
  if (UploadId === undefined) throw new WeirError('WEIR-8004', `S3 answered without an upload for ${location}`)
  return { location, address: { ...address, UploadId } }
}

/** The source is read in order, for the checksum of the whole; what was read waits in memory until it is answered. */
async function sendParts(s3: S3, source: Source, upload: Upload): Promise<SentParts> {
  const partBytes = Math.max(s3.partBytes, Math.ceil(source.sizeBytes / partsMax))
  const running: Promise<CompletedPart>[] = []
  let sum = 0
  let hasFailed = false
  try {
    for (let at = 0; at < source.sizeBytes && !hasFailed; at += partBytes) {
      const release = await s3.slots.take()
      const bytes = await source.read(at, Math.min(partBytes, source.sizeBytes - at)).catch((error: unknown) => {
        release()
        throw error
      })
      sum = crc32(bytes, sum)
      const part = sendPart(s3, upload, running.length + 1, bytes).finally(release)
      part.catch(() => (hasFailed = true))
      running.push(part)
    }
  } finally {
    // What still runs would leave its part behind an abort.
    await Promise.allSettled(running)
  }
  return { parts: await Promise.all(running), sum }
}

async function sendPart(s3: S3, upload: Upload, PartNumber: number, Body: Uint8Array): Promise<CompletedPart> {
  const ChecksumCRC32 = crc32Text(crc32(Body))
  const request = { ...upload.address, PartNumber, Body, ChecksumCRC32 }
  const { ETag } = await s3.ask(upload.location, () => s3.client.send(new UploadPartCommand(request)))
  return { PartNumber, ETag, ChecksumCRC32 }
}

// Its size goes unsaid: not every server knows that header, and the checksum of the whole says it.
async function complete(s3: S3, upload: Upload, sent: SentParts): Promise<void> {
  const request = {
    ...upload.address,
    MultipartUpload: { Parts: sent.parts },
    ChecksumCRC32: crc32Text(sent.sum),
    ChecksumType: 'FULL_OBJECT',
  } as const
  await s3.ask(upload.location, async () => {
    await s3.client.send(new CompleteMultipartUploadCommand(request))
  })
}

/** What cannot be aborted now is found by `list`; of an upload that is done after all, nothing is left. */
async function abort(s3: S3, { location, address }: Upload): Promise<void> {
  await s3.ask(location, () => s3.client.send(new AbortMultipartUploadCommand(address))).catch(() => undefined)
}
