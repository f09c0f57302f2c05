import { exitCodes, type Command, type OptionDeclaration } from './command.ts'
import { commands } from './commands.ts'
import { sharedOptions } from './program.ts'

/** `docs/reference/cli.md`, made from the declarations of the commands. */
export function cliReference(): string {
  return [
    '# Commands',
    '',
    '<!-- Made from src/cli/commands by `npm run reference`; do not edit. -->',
    '',
    'Every command takes these options:',
    '',
    ...optionTable(sharedOptions),
    '',
    'and ends with one of these exit codes:',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(exitCodes).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    ...commands.flatMap(section),
  ].join('\n')
}

function section({ name, summary, arguments: taken = [], options = [], examples = [] }: Command): string[] {
  const words = taken.map((argument) => (argument.required ? `<${argument.name}>` : `[${argument.name}]`))
  return [
    `## weir ${[name, ...words].join(' ')}`,
    '',
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    '',
    ...taken.map((argument) => `- \`${argument.name}\`: ${argument.description}`),
    ...(taken.length > 0 ? [''] : []),
    ...(options.length > 0 ? [...optionTable(options), ''] : []),
    ...(examples.length > 0 ? ['```sh', ...examples, '```', ''] : []),
  ]
}

function optionTable(options: readonly OptionDeclaration[]): string[] {
  return [
    '| option | what it does | default |',
    '|---|---|---|',
    ...options.map(({ flags, description, default: shown, env }) => {
      const variable = env === undefined ? '' : ` (or \`${env}\`)`
      return `| \`${flags}\` | ${description}${variable} | ${shown ?? ''} |`
    }),
  ]
}
