import { join } from 'node:path'
import { pino } from 'pino'
import type { Logger } from '../../kernel/logger.ts'
import { openRotatingFile, type RotatingFile } from './rotating-file.ts'

/** `.weir/logs`: one rotated file of JSON lines for each process. */
export interface ProcessLogs {
  /** Takes a line of this process as it is, or wraps one that is not JSON. */
  collect(process: string): (line: string) => void
  /** The supervisor's own; it writes to no terminal. */
  readonly logger: Logger
  close(): void
}

export function openProcessLogs(directory: string, level = 'info'): ProcessLogs {
  const files = new Map<string, RotatingFile>()
  const fileOf = (process: string): RotatingFile => {
    const file = files.get(process) ?? openRotatingFile(join(directory, `${process}.log`))
    files.set(process, file)
    return file
  }
  const own = fileOf('supervisor')
  const stream = { write: (line: string) => own.write(line.trimEnd()) }
  return {
    collect(process) {
      const file = fileOf(process)
      return (line) => file.write(line.startsWith('{') ? line : wrap(process, line))
    },
    logger: pino({ level, base: { process: 'supervisor' }, timestamp: pino.stdTimeFunctions.isoTime }, stream),
    close: () => {
      for (const file of files.values()) file.close()
      files.clear()
    },
  }
}

/** A stack trace or a word of a native library. */
function wrap(process: string, line: string): string {
  return JSON.stringify({ level: 50, time: new Date().toISOString(), process, msg: line })
}
