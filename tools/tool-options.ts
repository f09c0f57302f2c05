import { Command, InvalidArgumentError } from 'commander'

/** The command line of a tool: `--help` says what stands here, and what it does not know is refused by name. */
export function toolOptions(name: string, description: string): Command {
  return new Command(`npm run ${name} --`).description(description).showHelpAfterError('(--help says what there is)')
}

/** For a value that counts something. */
export function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number of at least 1.')
  return Number(text)
}

/** Ends the tool: it was asked for what is not there. */
export function refuse(reason: string): never {
  console.error(`error: ${reason}`)
  process.exit(2)
}
