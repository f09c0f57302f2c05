import { catalogue, type ErrorCode } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import type { Command } from '../command.ts'

export const explain: Command = {
  name: 'explain',
  summary: 'say what an error code means and what to do about it',
  arguments: [{ name: 'code', description: 'as in a message: WEIR-2003; all codes without it', required: false }],
  examples: ['weir explain WEIR-2003'],
  async run({ arguments: [wanted], output }) {
    if (wanted === undefined) {
      output.answer(catalogue, () =>
        Object.entries(catalogue)
          .toSorted(([one], [other]) => one.localeCompare(other))
          .map(([code, { cause }]) => `${code}  ${cause}`)
          .join('\n'),
      )
      return
    }
    const code = /^\d+$/.test(wanted) ? `WEIR-${wanted}` : wanted.toUpperCase()
    if (!(code in catalogue)) {
      const near = nearestName(code, Object.keys(catalogue))
      throw new WeirError(
        'WEIR-2009',
        `there is no code ${wanted}. ${near === undefined ? 'One is written WEIR-2003; weir explain lists them all' : `Did you mean ${near}?`}`,
      )
    }
    const definition = catalogue[code as ErrorCode]
    output.answer({ code, ...definition }, () => {
      const retry = 'retryable' in definition ? '\n  The same call may succeed later without a change.' : ''
      return `${code} (${definition.kind})\n  ${definition.cause}\n  ${definition.remedy}${retry}`
    })
  },
}
