/**
 * The file system as durable code sees it. Log and lake write through this port and nothing else, so that tests can fill
 * the disk, fail a sync, and replay what was written up to a power cut.
 *
 * Order: `write` may reach the disk at any time or, before a `sync`, never. A new, renamed or removed name is durable
 * only after `syncDirectory` of its folder. A failed `sync` is never retried: the caller treats the file as lost from the
 * last sync on. Errors are those of Node (`code` is ENOSPC, ENOENT, …).
 */
export interface Files {
  open(path: string, mode: FileMode): Promise<OpenFile>
  /** The whole of a small file. */
  read(path: string): Promise<Buffer>
  /** Names in a folder, unsorted; empty when there is no such folder. */
  list(folder: string): Promise<readonly string[]>
  size(path: string): Promise<number | undefined>
  /** When it was last written, in milliseconds since 1970. */
  modifiedAt(path: string): Promise<number | undefined>
  /** With parents; syncs the folders that it makes. */
  makeDirectory(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  link(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** An empty folder; succeeds when there is none. */
  removeDirectory(path: string): Promise<void>
  syncDirectory(path: string): Promise<void>
  /** Takes in a file that other code wrote (DuckDB's COPY syncs nothing), then syncs it. */
  syncForeign(path: string): Promise<void>
  /** Of the disk that the folder is on. */
  space(folder: string): Promise<DiskSpace>
}

export interface DiskSpace {
  readonly totalBytes: number
  /** For this user. */
  readonly usableBytes: number
}

/** Those that write make a file that is not there. `durable`: each write is synced when it resolves. */
export type FileMode = 'read' | 'write' | 'durable'

export interface OpenFile {
  readonly path: string
  /** All buffers at this place, in order; resolves when the kernel has them, in a `durable` file when the disk has. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>
  read(target: Uint8Array, position: number): Promise<number>
  truncate(length: number): Promise<void>
  /** fdatasync. */
  sync(): Promise<void>
  close(): Promise<void>
}
