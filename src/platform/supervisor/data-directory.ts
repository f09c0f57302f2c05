import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Files } from '../../kernel/files/files.ts'
import { acquireLock, type Lock } from '../../kernel/lock.ts'
import { removeEndpoints } from './endpoints.ts'
import { openFormat } from './format.ts'

/** Places in the data directory (`docs/spec/processes.md`). */
export interface DataDirectory {
  readonly root: string
  readonly metadata: string
  readonly log: string
  readonly lake: string
  readonly tail: string
  /** Key indexes of deliveries: made anew when they are missing. */
  readonly keys: string
  /** Notes of drops that have begun. */
  readonly drops: string
  /** Kept for drops on a full disk. */
  readonly dropsRoom: string
  /** What unfinished crawls have found. */
  readonly crawlers: string
  readonly logs: string
  readonly run: string
  /** Where unix sockets lie: `run/`, or a folder of ours in the system's temporary one where that path is too long. */
  readonly sockets: string
  /** What the format's migrations did. */
  readonly notices: readonly string[]
  release(): void
}

function placesOf(root: string): Omit<DataDirectory, 'notices' | 'release'> {
  return {
    root,
    metadata: join(root, 'metadata.db'),
    log: join(root, 'log'),
    lake: join(root, 'lake'),
    tail: join(root, 'tail'),
    keys: join(root, 'keys'),
    drops: join(root, 'drops'),
    dropsRoom: join(root, 'drops.room'),
    crawlers: join(root, 'crawlers'),
    logs: join(root, 'logs'),
    run: join(root, 'run'),
    sockets: socketsOf(root),
  }
}

/** Makes the directory ours (INV-P1) and of the current format, and clears what only a running supervisor may show. */
export async function openDataDirectory(root: string, files: Files): Promise<DataDirectory> {
  const places = placesOf(root)
  for (const path of [root, places.log, places.lake, places.tail, places.logs, places.run])
    await files.makeDirectory(path)
  mkdirSync(places.sockets, { recursive: true, mode: 0o700 })
  const lock = await lockPatiently(join(root, 'supervisor.lock'), root)
  try {
    removeEndpoints(root)
    const notices = await openFormat(root, files)
    // Tails and sockets of processes that are gone are worthless: their rows are read from the log again.
    for (const path of [places.tail, places.run, places.sockets]) {
      for (const name of await files.list(path)) rmSync(join(path, name), { recursive: true, force: true })
    }
    return { ...places, notices, release: () => lock.release() }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** The kernel takes 107 bytes for the path of a socket; the name takes some. */
const socketPathBytesMax = 107 - 40

function socketsOf(root: string): string {
  const run = join(root, 'run')
  if (Buffer.byteLength(run) <= socketPathBytesMax) return run
  return join(tmpdir(), `weir-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`)
}

/** A predecessor that was killed may take a moment to die; one that lives keeps its lock. */
async function lockPatiently(path: string, directory: string): Promise<Lock> {
  const deadline = performance.now() + 2000
  for (;;) {
    try {
      return acquireLock(path, directory)
    } catch (error) {
      if (performance.now() > deadline || !(error instanceof WeirError)) throw error
      await pause(100)
    }
  }
}
