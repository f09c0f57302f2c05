import { Command as Commander, CommanderError, Option } from 'commander'
import { exitCodes, type Command, type CommandOptions, type OptionDeclaration } from './command.ts'
import { commandGroups, commands } from './commands.ts'
import { createOutput } from './output.ts'
import { reportError } from './report-error.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { version } from '../kernel/version.ts'

/** Options of every command. */
export const sharedOptions: readonly OptionDeclaration[] = [
  { flags: '--dir <folder>', description: 'the folder of the project', default: 'the current one' },
  { flags: '--data <folder>', description: 'the data directory', default: '.weir', env: 'WEIR_DATA' },
  { flags: '--json', description: 'answer in JSON, for programs' },
]

/** Parses and runs one command line; resolves to the exit code. */
export async function program(words: readonly string[], resolvePath: (path: string) => string): Promise<number> {
  let exitCode = 0
  const root = new Commander('weir')
    .description('A streaming lakehouse that starts with one command: Kafka in, Iceberg and SQL out.')
    .version(version())
    .showHelpAfterError('See weir --help.')
    .exitOverride()
    .addHelpText('after', `\nExit codes:\n${exitCodeLines()}`)
  for (const command of commands) {
    addCommand(root, command, async (values, options, lists) => {
      const json = options['json'] === true
      try {
        for (const name of ['dir', 'data'])
          if (options[name] === '') throw new WeirError('WEIR-2009', `--${name} takes a folder, not an empty text`)
        // Whatever asks where the data is, asks the environment.
        if (typeof options['data'] === 'string') process.env['WEIR_DATA'] = resolvePath(options['data'])
        const directory = resolvePath(typeof options['dir'] === 'string' ? options['dir'] : '.')
        const output = createOutput(json)
        exitCode = (await command.run({ arguments: values, options, lists, output, directory })) ?? 0
      } catch (thrown) {
        exitCode = reportError(thrown, command.name, json)
      }
    })
  }
  try {
    await root.parseAsync([...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : 2
  }
  return exitCode
}

type Action = (
  values: (string | undefined)[],
  options: CommandOptions,
  lists: Record<string, readonly string[]>,
) => Promise<void>

function addCommand(root: Commander, command: Command, action: Action): void {
  const [last, ...groups] = command.name.split(' ').toReversed()
  const parent = groups.reduceRight((under, name) => groupOf(under, name), root)
  const child = parent.command(last!).description(command.summary).exitOverride()
  for (const { name, description, required } of command.arguments ?? [])
    child.argument(required ? `<${name}>` : `[${name}]`, description)
  for (const option of [...(command.options ?? []), ...sharedOptions]) child.addOption(toCommander(option))
  if (command.examples)
    child.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`)
  const count = command.arguments?.length ?? 0
  child.action((...received: unknown[]) =>
    action(received.slice(0, count) as (string | undefined)[], ...split(received[count] as Given)),
  )
}

/** Made with the first command that is in it. */
function groupOf(parent: Commander, name: string): Commander {
  const made = parent.commands.find((child) => child.name() === name)
  return (
    made ??
    parent.command(name).description(commandGroups[name]!).exitOverride().showHelpAfterError(`See weir ${name} --help.`)
  )
}

type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** What was given once, and what may be given several times. */
function split(given: Given): [CommandOptions, Record<string, readonly string[]>] {
  const entries = Object.entries(given)
  const isList = (entry: (typeof entries)[number]): entry is [string, readonly string[]] => Array.isArray(entry[1])
  return [
    Object.fromEntries(entries.filter((entry) => !isList(entry))) as CommandOptions,
    Object.fromEntries(entries.filter(isList)),
  ]
}

function toCommander({ flags, description, default: shown, env, repeatable }: OptionDeclaration): Option {
  const option = new Option(flags, shown === undefined ? description : `${description} (default: ${shown})`)
  if (repeatable) option.argParser((value, before: readonly string[] | undefined) => [...(before ?? []), value])
  return env === undefined ? option : option.env(env)
}

function exitCodeLines(): string {
  return Object.entries(exitCodes)
    .map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`)
    .join('\n')
}
