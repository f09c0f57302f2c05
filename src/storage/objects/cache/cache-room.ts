import { join } from 'node:path'
import type { Clock } from '../../../kernel/clock.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { formatSize } from '../../../kernel/units.ts'
import type { CacheFile } from './cache-file.ts'

/** A copy that is there or on its way. */
export interface Copy {
  readonly key: string
  /** What it takes of the cache; 0 until its size is known. */
  bytes: number
  /** Undefined until it is whole. */
  file: CacheFile | undefined
  /** Resolves when it is whole, rejects when it cannot be had. */
  ready: Promise<void>
  /** How many read it or wait for it. */
  holders: number
  /** Milliseconds of the monotonic clock. */
  keptUntilMs: number
}

interface RoomOptions {
  readonly folder: string
  readonly bytesMax: number
  readonly files: Files
  readonly clock: Clock
}

/** Who has how much of the cache: never more than its bound, what is used longest ago goes first, what is held never. */
export class CacheRoom {
  bytes = 0
  evictions = 0
  /** In the order of use. */
  readonly #copies = new Map<string, Copy>()
  readonly #options: RoomOptions

  constructor(options: RoomOptions) {
    this.#options = options
  }

  get files(): number {
    return this.#copies.size
  }

  /** The copy of this key, which is the last used from now on. */
  use(key: string): Copy | undefined {
    const copy = this.#copies.get(key)
    if (copy === undefined) return undefined
    this.#copies.delete(key)
    this.#copies.set(key, copy)
    return copy
  }

  begin(key: string, fill: (copy: Copy) => Promise<void>): Copy {
    const copy: Copy = { key, bytes: 0, file: undefined, ready: Promise.resolve(), holders: 0, keptUntilMs: 0 }
    this.#copies.set(key, copy)
    copy.ready = fill(copy).catch((error: unknown) => {
      this.forget(copy)
      throw error
    })
    return copy
  }

  /** A whole copy that an earlier process left. */
  add(file: CacheFile): void {
    const { key, bytes } = file
    this.#copies.set(key, { key, bytes, file, ready: Promise.resolve(), holders: 0, keptUntilMs: 0 })
    this.bytes += bytes
  }

  forget(copy: Copy): void {
    if (this.#copies.get(copy.key) !== copy) return
    this.#copies.delete(copy.key)
    this.bytes -= copy.bytes
  }

  /** Sets room aside for a copy whose size is known now, and removes what is in its way; what it had before is given back. */
  async reserve(copy: Copy, bytes: number, location: string): Promise<void> {
    this.bytes -= copy.bytes
    copy.bytes = 0
    const victims = this.#victims(this.bytes + bytes - this.#options.bytesMax)
    if (victims === undefined) throw this.#tooSmall(bytes, location)
    copy.bytes = bytes
    this.bytes += bytes
    await this.#evict(victims)
  }

  /** Removes idle copies of so many bytes together, or all that are idle; what it freed. */
  async freeUp(bytes: number): Promise<number> {
    const victims = this.#victims(bytes) ?? this.#idle()
    await this.#evict(victims)
    return victims.reduce((sum, victim) => sum + victim.bytes, 0)
  }

  /** For a bound that is smaller than it was. */
  async shrink(): Promise<void> {
    await this.freeUp(this.bytes - this.#options.bytesMax)
  }

  #idle(): Copy[] {
    const now = this.#options.clock.monotonic()
    return [...this.#copies.values()].filter((copy) => {
      return copy.file !== undefined && copy.holders === 0 && copy.keptUntilMs <= now
    })
  }

  /** Undefined when what is idle is less than `bytes`. */
  #victims(bytes: number): Copy[] | undefined {
    if (bytes <= 0) return []
    let left = bytes
    const idle = this.#idle()
    const last = idle.findIndex((copy) => (left -= copy.bytes) <= 0)
    return last < 0 ? undefined : idle.slice(0, last + 1)
  }

  async #evict(victims: readonly Copy[]): Promise<void> {
    const { folder, files } = this.#options
    for (const victim of victims) this.forget(victim)
    this.evictions += victims.length
    await Promise.all(
      victims.map(async ({ file }) => {
        await files.remove(join(folder, file!.name)).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error
        })
      }),
    )
  }

  #tooSmall(bytes: number, location: string): WeirError {
    const { bytesMax, folder } = this.#options
    return new WeirError(
      'WEIR-8009',
      `no room for a copy of ${location} (${formatSize(bytes)}): of the ${formatSize(bytesMax)} that copies may take in ${folder}, ` +
        `${formatSize(this.bytes)} are taken by what is read now. Raise the size of the cache (objects: { cache: { size } }), or read fewer objects at the same time`,
    )
  }
}
