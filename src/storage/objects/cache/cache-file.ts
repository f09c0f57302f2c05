import { createHash, randomBytes } from 'node:crypto'

/** A copy as its name tells it: it is whole if it has this many bytes, for a name appears after its bytes are durable. */
export interface CacheFile {
  readonly name: string
  /** Of the object's location. */
  readonly key: string
  readonly bytes: number
}

export function keyOf(location: string): string {
  return createHash('sha256').update(location).digest('hex')
}

/** The name of a finished copy; another at each download, so that the removal of an older one cannot hit it. */
export function cacheFile(key: string, bytes: number): CacheFile {
  return { name: `${key}-${bytes}-${randomBytes(4).toString('hex')}`, key, bytes }
}

/** Of what is being downloaded; whoever finds one at its start removes it. */
export function partialName(): string {
  return `.${randomBytes(8).toString('hex')}.part`
}

/** Undefined for a name that is no finished copy's. */
export function parseCacheFile(name: string): CacheFile | undefined {
  const match = /^([0-9a-f]{64})-(\d+)-[0-9a-f]{8}$/.exec(name)
  return match === null ? undefined : { name, key: match[1]!, bytes: Number(match[2]) }
}

export function isPartial(name: string): boolean {
  return /^\.[0-9a-f]{16}\.part$/.test(name)
}
