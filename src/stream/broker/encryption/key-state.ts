import { randomBytes } from 'node:crypto'
import type { Files } from '../../../kernel/files/files.ts'
import { readEras, writeEras } from './era-file.ts'
import { stretchesOf, withEra, type Era, type EraKey, type EraStretch } from './eras.ts'
import { headerBytes, headerOf, writeHeader } from './file-header.ts'
import { eraKey, saltBytes } from './key-stream.ts'
import type { Keyring } from './keyring.ts'

/** Which part of one file has which key; shared by all who have the file open. */
export interface KeyState {
  /** What stands before the first byte of the file's own. */
  readonly headerBytes: number
  /** Its name among the files of eras: of the file's first salt, or of a name that never had one. */
  readonly identity: string
  stretches(from: number, to: number): Iterable<EraStretch>
  /**
   * The key for what is to be written there, and the header where it has to go along. Nothing was, or will be, encrypted with that
   * key at these positions: a place that may have been written before gets a key of its own, durable when this resolves.
   */
  forWriting(from: number, to: number): Promise<{ readonly key: EraKey; readonly header: Buffer | undefined }>
  /** The header did not get to the disk: the next write brings another one. */
  headerFailed(): void
  /** The file ends here now. With 0 it is as if it had never been. */
  truncated(length: number): void
  /** Whether it knows more than the disk does: up to where the last era has written. */
  readonly isWritten: boolean
}

/** Where the state of a file lies, and what it may use. */
export interface KeyStateServices {
  readonly files: Files
  readonly keyring: Keyring
}

/** Reads the state of the file at `path`; of an empty one, or of none, it is that of a new file. */
export async function openKeyState(path: string, services: KeyStateServices): Promise<KeyState> {
  const { files, keyring } = services
  const physical = (await files.size(path)) ?? 0
  const header = physical > 0 ? await headerOf(files, path) : undefined
  let first: EraKey | undefined = header && keyOf(keyring, header.keyId, header.salt)
  let identity = header ? header.salt.toString('hex') : plainIdentity(path)
  let offset = header || physical === 0 ? headerBytes : 0
  let size = Math.max(0, physical - offset)
  let eras: readonly Era[] = physical === 0 ? [] : await knownEras()
  /** From here on the last era has written nothing yet; Infinity when another process may have. */
  let freshFrom = physical === 0 ? 0 : Infinity
  let changing: Promise<unknown> = Promise.resolve()

  async function knownEras(): Promise<readonly Era[]> {
    const later = await readEras(files, path, identity)
    return [
      { start: 0, key: first ?? null },
      ...later.map(({ start, keyId, salt }) => ({ start, key: keyId === null ? null : keyOf(keyring, keyId, salt) })),
    ].filter((era, at, all) => all.findLast(({ start }) => start === era.start) === era)
  }

  function newKey(): EraKey {
    return keyOf(keyring, keyring.current.id, randomBytes(saltBytes))
  }

  /** A new file's first write: its header is part of it. */
  function begin(to: number): { readonly key: EraKey; readonly header: Buffer } {
    first = newKey()
    identity = first.salt.toString('hex')
    eras = [{ start: 0, key: first }]
    offset = headerBytes
    freshFrom = to
    size = to
    return { key: first, header: writeHeader(first) }
  }

  async function beginEra(from: number, to: number): Promise<EraKey> {
    const key = newKey()
    const next = withEra(eras, key, from, to, size)
    await writeEras(
      files,
      path,
      identity,
      next.filter((era) => era.key !== first || era.start > 0),
    )
    eras = next
    // Behind an era in the middle comes an old one, which may have written beyond the end.
    freshFrom = to >= size ? to : Infinity
    size = Math.max(size, to)
    return key
  }

  async function keyFor(
    from: number,
    to: number,
  ): Promise<{ readonly key: EraKey; readonly header: Buffer | undefined }> {
    if (eras.length === 0) return begin(to)
    const last = eras.at(-1)!
    if (from < freshFrom || from < last.start || last.key === null)
      return { key: await beginEra(from, to), header: undefined }
    freshFrom = to
    size = Math.max(size, to)
    return { key: last.key, header: undefined }
  }

  function reset(): void {
    eras = []
    freshFrom = 0
    offset = headerBytes
  }

  return {
    get isWritten() {
      return freshFrom !== Infinity
    },
    get headerBytes() {
      return offset
    },
    get identity() {
      return identity
    },
    stretches: (from, to) => stretchesOf(eras, from, to),
    forWriting(from, to) {
      const next = changing.catch(() => undefined).then(() => keyFor(from, to))
      changing = next
      return next
    },
    truncated(length) {
      size = Math.min(size, length)
      if (length === 0) reset()
    },
    headerFailed: reset,
  }
}

function keyOf(keyring: Keyring, keyId: number, salt: Buffer): EraKey {
  const dataKey = keyring.byId(keyId)
  // A file of another log: what it holds fails its checksums, as any damage.
  return { keyId, salt, key: eraKey(dataKey ?? Buffer.alloc(32), salt) }
}

function plainIdentity(path: string): string {
  return `plain-${path.slice(path.lastIndexOf('/') + 1)}`
}
