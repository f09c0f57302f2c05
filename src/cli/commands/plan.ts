import type { Command } from '../command.ts'
import { planProject, planText } from '../project-changes.ts'

export const plan: Command = {
  name: 'plan',
  summary: 'show what apply would change, and what of it destroys data',
  options: [{ flags: '--env <name>', description: 'the environment of the project' }],
  examples: ['weir plan'],
  async run({ options, output, directory }) {
    const { changes, against, notices } = await planProject(directory, options['env'])
    for (const notice of notices) output.note(notice)
    output.answer({ changes, against, notices }, () => planText(changes, against))
  },
}
