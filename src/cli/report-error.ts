import colors from './colors.ts'
import { catalogue } from '../kernel/errors/catalogue.ts'
import { asWeirError, type WeirError } from '../kernel/errors/weir-error.ts'
import { isRetriableKafkaError } from '../stream/protocol/errors.ts'
import { exitCodes } from './command.ts'

type ExitCode = Extract<keyof typeof exitCodes, number>

/** Says what went wrong on standard error, and gives the exit code. */
export function reportError(thrown: unknown, command: string, json: boolean): ExitCode {
  const error = asWeirError(thrown)
  if (json) {
    const { code, message, at, details } = error
    process.stderr.write(
      `${JSON.stringify({ error: { code, message, at, remedy: catalogue[code].remedy, details } })}\n`,
    )
  } else {
    const where = colors.bold(error.at ?? `weir ${command}`)
    process.stderr.write(`${where}  ${error.message}  ${colors.dim(`[${error.code}]`)}\n`)
    if (error !== thrown && process.env['WEIR_DEBUG']) process.stderr.write(`${stackOf(thrown)}\n`)
  }
  return exitCodeOf(error)
}

function exitCodeOf({ code, kind, details, at }: WeirError): ExitCode {
  if (code === 'WEIR-2007') return 3
  if (code === 'WEIR-7004' || details['destroys'] !== undefined) return 5
  // A broker that cannot now, on a full disk for one, was asked rightly.
  if (code === 'WEIR-3103' && isRetriableKafkaError(details['errorCode'] as number)) return 1
  // What has a place in the project is the project's error, whatever it is, and so are all codes of projects.
  return kind === 'invalid' || code.startsWith('WEIR-1') || at !== undefined ? 2 : 1
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}
