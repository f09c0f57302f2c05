import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import type { Command } from '../command.ts'
import { mustRun } from '../running.ts'

const names = ['kafka', 'postgres', 'http', 'iceberg'] as const

export const url: Command = {
  name: 'url',
  summary: 'print the address of an endpoint: kafka, postgres, http or iceberg',
  arguments: [{ name: 'endpoint', description: `one of ${names.join(', ')}; all without it`, required: false }],
  examples: ['psql "$(weir url postgres)"', 'kcat -b "$(weir url kafka)" -L'],
  async run({ arguments: [wanted], output, directory }) {
    const endpoints = mustRun(directory)
    if (wanted === undefined) {
      const all = Object.fromEntries(names.map((name) => [name, endpoints[name]]))
      output.answer(all, () => names.map((name) => `${name.padEnd(10)}${endpoints[name]}`).join('\n'))
      return
    }
    const name = names.find((known) => known === wanted)
    if (!name) {
      const near = nearestName(wanted, names)
      const meant = near === undefined ? '' : ` Did you mean ${near}?`
      throw new WeirError('WEIR-2009', `there is no endpoint "${wanted}"; they are ${names.join(', ')}.${meant}`)
    }
    output.answer({ [name]: endpoints[name] }, () => endpoints[name])
  },
}
