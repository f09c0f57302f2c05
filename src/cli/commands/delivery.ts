import { WeirError } from '../../kernel/errors/weir-error.ts'
import { nearestName } from '../../kernel/nearest.ts'
import type { HaltQuestion } from '../../platform/kinds/delivery/halt-question.ts'
import type { DeliveryStatus } from '../../platform/kinds/reconcile-services.ts'
import type { Command, CommandCall } from '../command.ts'
import { deliveryText } from '../delivery-text.ts'
import { resourcePath } from '../resources.ts'
import { connectWeir } from '../weir-client.ts'

const actions = ['flush', 'resume', 'status'] as const

export const delivery: Command = {
  name: 'delivery',
  summary: 'commit a delivery now, look at its workers, or let one go on that stopped and asks',
  arguments: [
    { name: 'action', description: `one of ${actions.join(', ')}`, required: true },
    { name: 'delivery', description: 'the name of the delivery', required: true },
  ],
  options: [
    {
      flags: '--accept-loss',
      description: 'resume: go on beyond records that are gone; the ledger keeps them as lost',
    },
    { flags: '--deliver-again', description: 'resume after a rollback: deliver what was rolled back once more' },
    { flags: '--go-on', description: 'resume after a rollback: leave out what was rolled back' },
    {
      flags: '--adopt-table',
      description: 'resume: deliver into the table that was made anew under the name, from where the stream begins',
    },
    { flags: '--try-again', description: 'resume: look again, after what it asks about was mended elsewhere' },
  ],
  examples: [
    'weir delivery flush events-to-lake',
    'weir delivery status events-to-lake',
    'weir delivery resume events-to-lake',
    'weir delivery resume events-to-lake --accept-loss',
  ],
  async run({ arguments: [wanted, name], options, output, directory }) {
    const action = actions.find((known) => known === wanted)
    if (!action) {
      const near = nearestName(wanted!, actions)
      throw new WeirError(
        'WEIR-2009',
        `there is no action "${wanted}". ${near === undefined ? `It is one of ${actions.join(', ')}` : `Did you mean ${near}?`}`,
      )
    }
    const weir = connectWeir(directory)
    if (action === 'status') {
      const status = await weir.call<DeliveryStatus>('GET', `${resourcePath('delivery', name!)}/status`)
      return output.answer(status, () => deliveryText(name!, status))
    }
    const path = `/api/v1/deliveries/${encodeURIComponent(name!)}`
    if (action === 'flush') {
      const flushed = await weir.call<unknown>('POST', `${path}/flush`, {})
      return output.answer(flushed, () => `${name} has committed what it accepted.`)
    }
    const choice = choiceOf(options)
    const { question } = await weir.call<DeliveryStatus>('GET', `${resourcePath('delivery', name!)}/status`)
    const isAnswer = question !== null || asksFirst.has(choice ?? '')
    if (choice === undefined || !isAnswer) return output.answer(question, () => questionText(name!, question))
    const answer = await weir.call<unknown>('POST', `${path}/resume`, { choice })
    output.answer(answer, () => `${name} goes on.`)
  },
}

const choices = {
  acceptLoss: 'accept-loss',
  deliverAgain: 'deliver-again',
  goOn: 'go-on',
  adoptTable: 'adopt-table',
  tryAgain: 'try-again',
} as const

/** These look for themselves whether there is something to answer. */
const asksFirst: ReadonlySet<string> = new Set([choices.adoptTable, choices.tryAgain])

/** Undefined when none is given: then the answers that there are are shown. */
function choiceOf(options: CommandCall['options']): string | undefined {
  const [choice, ...more] = Object.entries(choices).flatMap(([option, name]) =>
    options[option] === true ? [name] : [],
  )
  if (more.length === 0) return choice
  throw new WeirError(
    'WEIR-2009',
    'resume takes one of --accept-loss, --deliver-again, --go-on, --adopt-table and --try-again, not several',
  )
}

function questionText(name: string, question: HaltQuestion | null): string {
  if (!question) return `${name} has not halted: there is nothing to answer.`
  const { code, reason, remedy, answers } = question
  const lines = answers.map(
    ({ choice, title, consequence }) => `  weir delivery resume ${name} --${choice}\n    ${title}: ${consequence}`,
  )
  return [`${name} has halted: ${reason} (${code})`, ...(lines.length > 0 ? lines : [`  ${remedy}`])].join('\n')
}
