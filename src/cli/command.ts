/** One argument of a command, in order. */
export interface ArgumentDeclaration {
  readonly name: string
  readonly description: string
  readonly required: boolean
}

/** One option of a command; help, parser and reference come from it. */
export interface OptionDeclaration {
  /** As commander reads it: `--kafka-port <port>`. */
  readonly flags: string
  readonly description: string
  /** Shown in the help; the command decides where it comes from. */
  readonly default?: string
  /** Environment variable that stands in for it. */
  readonly env?: string
  /** May be given several times: then it is in `lists`, not in `options`. */
  readonly repeatable?: boolean
}

/** A command of `weir`. Its file imports nothing heavy until `run`: every start of the CLI loads all declarations. */
export interface Command {
  /** `stream tail` is the command tail of the group stream. */
  readonly name: string
  /** One line, without its full stop. */
  readonly summary: string
  readonly arguments?: readonly ArgumentDeclaration[]
  readonly options?: readonly OptionDeclaration[]
  /** Command lines that work. */
  readonly examples?: readonly string[]
  /** Resolves to the exit code, 0 when it says nothing. Throws a WeirError for what went wrong. */
  run(call: CommandCall): Promise<number | void>
}

export interface CommandCall {
  readonly arguments: readonly (string | undefined)[]
  /** By commander's names: `--kafka-port` is `kafkaPort`. */
  readonly options: CommandOptions
  /** Of the options that may be given several times, by the same names. */
  readonly lists: Readonly<Record<string, readonly string[]>>
  readonly output: Output
  /** The project's folder. */
  readonly directory: string
}

export type CommandOptions = Readonly<Record<string, string | boolean | undefined>>

/** Where a command says what it found: for people or, with `--json`, for programs. */
export interface Output {
  readonly json: boolean
  /** The answer: with `--json` the value, a line of JSON; otherwise the text. */
  answer(value: unknown, text: () => string): void
  /** A line of the answer for people; nothing with `--json`. */
  line(text?: string): void
  /** A part of the answer as it is, in both cases; resolves when more can be taken. */
  bytes(data: Buffer): Promise<void>
  /** For people, on standard error; nothing with `--json`. */
  note(text: string): void
}

/** What the exit codes of every command mean. */
export const exitCodes = {
  0: 'done',
  1: 'failed; the message says why',
  2: 'wrong arguments, or the project has an error',
  3: 'Weir is not running on this project',
  4: 'checked and found wrong: verify, ledger, doctor',
  5: 'refused, because it would destroy data',
  130: 'interrupted',
} as const
