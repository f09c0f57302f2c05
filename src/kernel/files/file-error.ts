/** What an error of the file system means to who runs Weir, and what to do; by Node's `code`. */
const meanings: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EACCES: ['this user may not', 'Change its owner or its permissions, or name another folder'],
  EPERM: ['this user may not', 'Change its owner or its permissions, or name another folder'],
  EROFS: ['its file system is read-only', 'Mount it for writing, or name another folder'],
  EEXIST: ['something else is there already', 'Move that away, or name another folder'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'Move that file away, or name another folder'],
  EISDIR: ['it is a folder', 'Name a file'],
  ENOENT: ['it is not there', 'Correct the path, or put it back'],
  ENAMETOOLONG: ['its name is too long', 'Use a shorter path'],
  EMFILE: ['too many files are open', 'Raise the limit of open files (ulimit -n)'],
  ENFILE: ['too many files are open', 'Raise the limit of open files of the system'],
  EIO: ['the disk reports an error', 'Look at the disk and at the messages of the system'],
}

/** Node makes the folders above first, and says ENOENT whatever kept it from that. */
const parentMissing = [
  'no folder can be made there',
  'Correct the path: its disk may be read-only, or none that takes files',
] as const

const verbs: Readonly<Record<string, string>> = {
  mkdir: 'made',
  open: 'opened',
  scandir: 'listed',
  rename: 'renamed',
  unlink: 'removed',
  rmdir: 'removed',
  copyfile: 'copied',
}

export interface FileError {
  readonly code: 'WEIR-8001' | 'WEIR-8008'
  readonly message: string
}

/** Whether Node threw it because the disk, or what one may use of it, is full. */
export function isDiskFull(thrown: unknown): boolean {
  const code = thrown instanceof Error && (thrown as NodeJS.ErrnoException).code
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** What Node threw for a file or folder, in words; undefined for everything else. */
export function fileErrorOf(thrown: unknown): FileError | undefined {
  if (!(thrown instanceof Error) || !('syscall' in thrown)) return undefined
  const { code = '', syscall = '', path } = thrown as NodeJS.ErrnoException
  if (isDiskFull(thrown))
    return {
      code: 'WEIR-8001',
      message: `${path ?? 'a file'} cannot be written: the disk is full (${code}). Free space`,
    }
  const meaning = code === 'ENOENT' && syscall === 'mkdir' ? parentMissing : meanings[code]
  if (!meaning || path === undefined || syscall.startsWith('spawn')) return undefined
  const [why, remedy] = meaning
  return { code: 'WEIR-8008', message: `${path} cannot be ${verbs[syscall] ?? 'used'}: ${why} (${code}). ${remedy}` }
}
