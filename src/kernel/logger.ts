import { pino, type Logger as PinoLogger } from 'pino'

export type Logger = PinoLogger

/** One JSON line an event on standard error, which the supervisor collects into `.weir/logs`. */
export function createLogger(process: string, level = 'info'): Logger {
  return pino(
    { level, base: { process }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}

/** For tests and commands that have nothing to say. */
export const silentLogger: Logger = pino({ level: 'silent' })
