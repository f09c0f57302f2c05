import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { addressOf } from './address.ts'
import { crc32Text } from './checksum.ts'
import type { S3 } from './connect.ts'
import { sendInParts } from './multipart-upload.ts'
import { settled, tokenName, type Write } from './settle.ts'
import type { Source } from '../source.ts'

export interface Send {
  readonly location: string
  /** Refused with WEIR-8003 when the location is taken. */
  readonly ifAbsent: boolean
}

/**
 * Stores an object that the server has checked against its checksum, in one request or, when it is large, in parts. One that must be the first goes
 * in one, whatever its size: of two uploads in parts some servers let both be the first.
 */
export async function sendObject(s3: S3, source: Source, { location, ifAbsent }: Send): Promise<void> {
  const write = { location, token: randomUUID(), isFirst: ifAbsent }
  if (ifAbsent) await settled(s3, write, () => sendWhole(s3, source, write))
  else if (source.sizeBytes > s3.partBytes) await sendInParts(s3, source, write)
  else await sendWhole(s3, source, write)
}

async function sendWhole(s3: S3, source: Source, { location, token, isFirst }: Write): Promise<void> {
  const release = await s3.slots.take()
  try {
    const Body = await source.read(0, source.sizeBytes)
    const request = {
      ...addressOf(location),
      ...(isFirst ? { IfNoneMatch: '*' } : {}),
      Body,
      Metadata: { [tokenName]: token },
      ChecksumCRC32: crc32Text(crc32(Body)),
    }
    await s3.ask(location, async () => {
      await s3.client.send(new PutObjectCommand(request))
    })
  } finally {
    release()
  }
}
