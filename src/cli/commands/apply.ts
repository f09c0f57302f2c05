import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Command } from '../command.ts'
import { applyProject, planText } from '../project-changes.ts'

export const apply: Command = {
  name: 'apply',
  summary: 'make what runs be what the project declares; refuses what destroys data',
  options: [
    { flags: '--allow-destructive', description: 'also what destroys data' },
    { flags: '--yes', description: 'do not ask before data is destroyed' },
    { flags: '--env <name>', description: 'the environment of the project' },
  ],
  examples: ['weir apply', 'weir apply --allow-destructive --yes'],
  async run({ options, output, directory }) {
    const allowDestructive = options['allowDestructive'] === true
    const confirm = allowDestructive && options['yes'] !== true ? confirmed : () => Promise.resolve(true)
    const { changes, notices } = await applyProject(directory, options['env'], { allowDestructive, confirm })
    for (const notice of notices) output.note(notice)
    output.answer({ changes, notices }, () =>
      changes.length === 0 ? 'Nothing to change.' : `${planText(changes, 'done')}`,
    )
  },
}

async function confirmed(text: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new WeirError(
      'WEIR-2009',
      `this destroys data, and nobody is there to ask. Use --allow-destructive --yes\n${text}`,
    )
  const { confirm } = await import('@clack/prompts')
  return (await confirm({ message: `${text}\nGo on?`, initialValue: false })) === true
}
