import { WeirError } from '../../kernel/errors/weir-error.ts'
import { formatSize } from '../../kernel/units.ts'
import type { HeldObject, ObjectStore } from './object-store.ts'

/** As a manifest names it. */
export interface KnownObject {
  readonly location: string
  readonly sizeBytes: number
}

/** Objects as local files that stay there until they are let go, all together. */
export interface HeldObjects {
  /** Of one of them; of any other the location itself, which DuckDB cannot open. */
  readonly pathOf: (location: string) => string
  /** To be called once, when nobody reads the files any more. */
  readonly release: () => void
}

/** Downloads that run at the same time: enough to hide the time of each answer. */
const concurrency = 8

/**
 * Holds objects that are read together. WEIR-8009 before anything is copied when they can never be there at once, or while they
 * are fetched when others read too much at this moment; nothing stays held then.
 */
export async function holdAll(
  store: Pick<ObjectStore, 'hold' | 'copyBytesMax'>,
  objects: readonly KnownObject[],
): Promise<HeldObjects> {
  const wanted = [...new Map(objects.map((one) => [one.location, one])).values()]
  refuseTooMany(wanted, store.copyBytesMax)
  const held = new Map<string, HeldObject>()
  const release = (): void => {
    for (const one of held.values()) one.release()
    held.clear()
  }
  let next = 0
  const work = async (): Promise<void> => {
    while (next < wanted.length) {
      const { location } = wanted[next++]!
      try {
        held.set(location, await store.hold(location))
      } catch (error) {
        next = wanted.length
        throw error
      }
    }
  }
  // All must have ended: what one of them still fetches would be held by nobody.
  const ended = await Promise.allSettled(Array.from({ length: Math.min(concurrency, wanted.length) }, work))
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed === undefined) return { pathOf: (location) => held.get(location)?.path ?? location, release }
  release()
  throw failed.reason
}

function refuseTooMany(objects: readonly KnownObject[], bytesMax: number | undefined): void {
  const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (bytesMax === undefined || bytes <= bytesMax) return
  throw new WeirError(
    'WEIR-8009',
    `${objects.length} files of ${formatSize(bytes)} would be read at once, and copies of files may take ${formatSize(bytesMax)} here. ` +
      'Ask for fewer partitions, or raise the size of the cache (objects: { cache: { size } })',
  )
}
