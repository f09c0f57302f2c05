import { randomUUID } from 'node:crypto'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import { under } from '../../storage/objects/location.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { openLake } from './open-lake.ts'
import type { LakePlace } from './lake-place.ts'

/** What the S3 client said, as `explain` keeps it. */
interface Answer {
  readonly name?: string
  readonly code?: string
  readonly status?: number
}

const probeName = '.weir-check-'
/** A check takes seconds; after so long nobody is at it. */
const leftAfterMs = 3_600_000

/** Somebody waits for the start: what does not answer within seconds is told. */
const patience = { patience: { attemptsMax: 6, delayMsMax: 1000 }, silenceMsMax: 5000 }

/**
 * Asks of a bucket all that tables need of it: that it is there and may be written, read, listed and cleaned, and that of those who
 * must each be the first, one after the other or at once, all but one are refused. WEIR-8010 names what it refuses, and what to do; WEIR-8004 when it did not answer.
 */
export async function checkBucket(place: LakePlace): Promise<void> {
  const store = await openLake(place, 'check', patience)
  const location = under(place.warehouse, `${probeName}${randomUUID()}`)
  const bytes = Buffer.from('weir')
  await doing('write', place, () => store.put(location, bytes, { ifAbsent: true }))
  try {
    const found = await doing('read', place, () => store.get(location))
    if (!found.equals(bytes))
      throw cannot(place, 'hands out other bytes than were written', 'Use a server that keeps them')
    await doing('list', place, () => mustList(store, place, location))
    await doing('write', place, () => mustRefuse(store, place, location))
    await doing('write', place, () => mustRefuseRivals(store, place))
  } finally {
    await doing('delete from', place, () => store.remove(location))
  }
}

/** What a check that was killed left there is removed on the way. */
async function mustList(store: ObjectStore, place: LakePlace, location: string): Promise<void> {
  let isThere = false
  for await (const object of store.list(under(place.warehouse, probeName))) {
    if (object.location === location) isThere = true
    else if (object.modifiedMs < Date.now() - leftAfterMs) await store.remove(object.location)
  }
  if (isThere) return
  throw cannot(
    place,
    'does not list what was just written',
    'Use a server that is strongly consistent, as Amazon S3 is',
  )
}

/** Two catalogs, or two writers of a state, would both believe that they were the first (INV-O3). */
async function mustRefuse(store: ObjectStore, place: LakePlace, location: string): Promise<void> {
  try {
    await store.put(location, Buffer.from('other'), { ifAbsent: true })
  } catch (thrown) {
    if (asWeirError(thrown).code === 'WEIR-8003') return
    throw thrown
  }
  throw cannot(place, ...noConditions)
}

/** A server that looks first and writes then refuses the second of two writers, and lets several at once be the first. */
async function mustRefuseRivals(store: ObjectStore, place: LakePlace): Promise<void> {
  const location = under(place.warehouse, `${probeName}${randomUUID()}`)
  const rivals = Array.from({ length: rivalsAtOnce }, (_, at) =>
    store.put(location, Buffer.from(`rival ${at}`), { ifAbsent: true }),
  )
  try {
    const outcomes = await Promise.allSettled(rivals)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected' && asWeirError(outcome.reason).code !== 'WEIR-8003') throw outcome.reason
    const first = outcomes.filter(({ status }) => status === 'fulfilled').length
    if (first > 1)
      throw cannot(
        place,
        `let ${first} of ${rivalsAtOnce} writers of one name at the same time all be the first (If-None-Match: *)`,
        noConditions[1],
      )
  } finally {
    await store.remove(location)
  }
}

const rivalsAtOnce = 8

const noConditions = [
  'does not honour conditional writes (If-None-Match: *): of two writers of one name both would succeed',
  'Use a server that does, as Amazon S3, MinIO, R2 and the Versity gateway',
] as const

type Deed = 'write' | 'read' | 'list' | 'delete from'

async function doing<T>(deed: Deed, place: LakePlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw explained(deed, place, asWeirError(thrown))
  }
}

function explained(deed: Deed, place: LakePlace, error: WeirError): WeirError {
  if (error.code === 'WEIR-8010') return error
  const { name = '', status, code } = (error.cause ?? {}) as Answer
  const text = error.message.replace(/^S3 (answered \d+|did not answer) for \S+( \(\d+ times\))?: /, '')
  if (status === 501 || name === 'NotImplemented') return cannot(place, ...noConditions, error)
  const known =
    refusals.find(({ names }) => names.includes(name)) ??
    refusals.find(({ statuses }) => status !== undefined && statuses?.includes(status))
  const isRefused = status !== undefined && status < 500 && status !== 408 && status !== 429
  if (known !== undefined || isRefused)
    return cannot(place, `cannot be used to ${deed}: ${text}`, known?.remedy(place) ?? otherRemedy, error)
  if (code === 'ENOTFOUND' || code === 'ECONNREFUSED' || status === undefined)
    return new WeirError('WEIR-8004', `${nameOf(place)} did not answer: ${text}. ${reach(place)}`, { cause: error })
  return error
}

const reach = ({ s3 }: LakePlace): string =>
  s3?.endpoint === undefined
    ? 'Check that this machine reaches Amazon S3, and objects.region'
    : `Check objects.endpoint (${s3.endpoint}), and that this machine reaches it`

const otherRemedy = 'Check objects.location, its region, the keys and what they may do there'

/** What S3 says, and what to do about it. */
const refusals: readonly {
  readonly names: readonly string[]
  readonly statuses?: readonly number[]
  readonly remedy: (place: LakePlace) => string
}[] = [
  {
    names: ['NoSuchBucket'],
    remedy: ({ warehouse }) => `Make the bucket ${warehouse.split('/')[2]}, or correct objects.location`,
  },
  {
    names: ['CredentialsProviderError', 'TokenProviderError', 'ExpiredToken', 'ExpiredTokenException'],
    remedy: () =>
      'Set objects.accessKeyId and objects.secretAccessKey, or give the AWS SDK keys: AWS_ACCESS_KEY_ID, a profile, a role',
  },
  {
    // The last is the Versity gateway's for a key that it does not know.
    names: ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken', 'XAdminUserNotFound'],
    remedy: () => 'Correct the keys (objects.accessKeyId, objects.secretAccessKey, or those of the environment)',
  },
  {
    names: ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException', 'BadRegion'],
    statuses: [301, 307],
    remedy: ({ s3 }) => `Correct objects.region (${s3?.region ?? 'not set'})`,
  },
  {
    names: ['AccessDenied'],
    statuses: [401, 403],
    remedy: () =>
      'Allow the key s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload, s3:ListBucket and s3:ListBucketMultipartUploads there',
  },
]

function nameOf({ warehouse, s3 }: LakePlace): string {
  return `the bucket of ${warehouse}${s3?.endpoint === undefined ? '' : ` at ${s3.endpoint}`}`
}

function cannot(place: LakePlace, what: string, remedy: string, cause?: unknown): WeirError {
  return new WeirError('WEIR-8010', `${nameOf(place)} ${what}. ${remedy}`, cause === undefined ? {} : { cause })
}
