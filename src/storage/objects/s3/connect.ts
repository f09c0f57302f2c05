import { setTimeout as pause } from 'node:timers/promises'
import { S3Client } from '@aws-sdk/client-s3'
import type { Files } from '../../../kernel/files/files.ts'
import { askPatiently, type Ask } from './ask.ts'
import type { S3Settings } from './s3-settings.ts'
import { openSlots, type Slots } from './slots.ts'

/** A connection to S3, as the parts of the store share it. */
export interface S3 {
  readonly client: S3Client
  readonly ask: Ask
  readonly files: Files
  readonly partBytes: number
  /** One for each buffer that is being sent. */
  readonly slots: Slots
}

const patience = {
  attemptsMax: 8,
  delayMs: 100,
  delayMsMax: 5000,
  random: Math.random,
  pause: (ms: number) => pause(ms),
}

export function connectS3(settings: S3Settings, files: Files): S3 {
  return {
    client: clientOf(settings),
    ask: askPatiently({ ...patience, ...settings.patience }),
    files,
    partBytes: settings.partBytes ?? 16 << 20,
    slots: openSlots(settings.partsInFlight ?? 4),
  }
}

export function clientOf(settings: S3Settings): S3Client {
  const { accessKeyId, secretAccessKey, sessionToken, silenceMsMax = 30_000 } = settings
  const client = new S3Client({
    ...regionOf(settings),
    forcePathStyle: settings.pathStyle ?? false,
    // Attempts are ours (ask.ts): the client's give up when too many requests of others failed, and read no body again.
    maxAttempts: 1,
    // Checksums are ours too: CRC-32 as a header of what is sent, checked over all pieces of what is read.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: Math.min(5000, silenceMsMax), socketTimeout: silenceMsMax },
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } }),
  })
  askForChecksums(client)
  return client
}

/** Servers other than Amazon's sign for any region; the SDK asks for one all the same. */
function regionOf({ region, endpoint }: S3Settings): { readonly region?: string } {
  if (region !== undefined) return { region }
  const isSaid = process.env['AWS_REGION'] !== undefined || process.env['AWS_PROFILE'] !== undefined
  return endpoint === undefined || isSaid ? {} : { region: 'us-east-1' }
}

/** Asks S3 for an object's checksum; by its parameter the client would check each piece of a body that is read in pieces. */
function askForChecksums(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const { headers } = args.request as { readonly headers: Record<string, string> }
      if (context.commandName === 'GetObjectCommand' && headers['range'] === undefined)
        headers['x-amz-checksum-mode'] = 'ENABLED'
      return next(args)
    },
    { step: 'build', name: 'askForChecksums' },
  )
}
