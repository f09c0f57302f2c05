import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { namespaceKey, type TableIdent } from '../pointer-store.ts'

/** A table that is being made has no pointer yet: what names its place is the answer that its maker got. */
export interface StagedPlaces {
  seal(table: TableIdent, location: string): string
  /** Undefined for what was sealed for another table, is too old or of a Weir that has stopped since. */
  open(table: TableIdent, sealed: string): string | undefined
}

/** So long a table may take from its staging to its commit: a large CREATE TABLE AS takes hours. */
const stagedMs = 24 * 3_600_000

export function stagedPlaces(now: () => number): StagedPlaces {
  const key = randomBytes(32)
  const macOf = ({ namespace, name }: TableIdent, content: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([namespaceKey(namespace), name, content]))
      .digest()
  return {
    seal: (table, location) => {
      const content = Buffer.from(JSON.stringify([now() + stagedMs, location])).toString('base64url')
      return `${content}.${macOf(table, content).toString('base64url')}`
    },
    open: (table, sealed) => {
      const [, content, mac] = /^([\w-]{1,4096})\.([\w-]{43})$/.exec(sealed) ?? []
      if (content === undefined || !timingSafeEqual(Buffer.from(mac!, 'base64url'), macOf(table, content)))
        return undefined
      const [until, location] = JSON.parse(Buffer.from(content, 'base64url').toString()) as [number, string]
      return until > now() ? location : undefined
    },
  }
}
