import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { addressOf } from './address.ts'
import type { S3 } from './connect.ts'

/** What the requests of one write have in common. */
export interface Write {
  readonly location: string
  /** Kept with the object, so that whose it is can be read when an answer was lost. */
  readonly token: string
  /** Refused when the location is taken. */
  readonly isFirst: boolean
}

/** Name of the token among the object's metadata. */
export const tokenName = 'weir-write'

/**
 * Does a write whose outcome may be unknown: an answer that was lost, or one (412) to the second sending of a write that was done the
 * first time. What is there decides: the object with the token of this write is this write.
 */
export async function settled(s3: S3, write: Write, send: () => Promise<void>): Promise<void> {
  try {
    await send()
  } catch (error) {
    if (!mayBeDone(error)) throw error
    const found = await tokenAt(s3, write.location).catch((unread: unknown) => {
      // Which refusal it was is told better by the answer to the write: one to a HEAD has no word of why.
      throw isCode(error, 'WEIR-8004') ? error : unread
    })
    if (found === write.token) return
    if (found === undefined || !write.isFirst) throw error
    throw new WeirError('WEIR-8003', `${write.location} is already there`, { cause: error })
  }
}

function mayBeDone(error: unknown): boolean {
  return isCode(error, 'WEIR-8003') || isCode(error, 'WEIR-8004')
}

function isCode(error: unknown, code: WeirError['code']): boolean {
  return error instanceof WeirError && error.code === code
}

/** Undefined when nothing is there; empty when what is there has none. */
async function tokenAt(s3: S3, location: string): Promise<string | undefined> {
  try {
    const { Metadata } = await s3.ask(location, () => s3.client.send(new HeadObjectCommand(addressOf(location))))
    return Metadata?.[tokenName] ?? ''
  } catch (error) {
    if (isCode(error, 'WEIR-8002')) return undefined
    throw error
  }
}
