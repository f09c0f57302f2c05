import colors from '../colors.ts'
import { setTimeout as pause } from 'node:timers/promises'
import type { ErrorCode } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { VerifyJob } from '../api-types.ts'
import type { Command } from '../command.ts'
import { connectWeir } from '../weir-client.ts'

const pollMs = 200

export const verify: Command = {
  name: 'verify',
  summary: 'recount every delivery from the data itself: no gap, no duplicate',
  arguments: [{ name: 'delivery', description: 'one delivery; all of them without it', required: false }],
  examples: ['weir verify', 'weir verify events-to-lake'],
  async run({ arguments: [wanted], output, directory }) {
    const weir = connectWeir(directory)
    const asked = wanted === undefined ? {} : { deliveries: [wanted] }
    let job = await weir.call<VerifyJob>('POST', '/api/v1/verify', asked)
    while (job.state === 'running') {
      await pause(pollMs)
      job = await weir.call<VerifyJob>('GET', `/api/v1/verify/${job.id}`)
    }
    if (job.error) throw new WeirError(job.error.code as ErrorCode, job.error.message)
    output.answer(
      { results: job.results },
      () => job.results.map(textOf).join('\n') || 'There is no delivery to verify.',
    )
    return job.results.every(({ verdict }) => verdict === 'yes') ? 0 : 4
  },
}

const marks = { yes: '✓', no: '✗', 'cannot tell': '?' } as const

function textOf({ delivery, verdict, detail, seconds }: VerifyJob['results'][number]): string {
  const paint = verdict === 'yes' ? colors.green : verdict === 'no' ? colors.red : colors.yellow
  const said = verdict === 'cannot tell' ? `cannot tell: ${detail}` : detail
  return `${delivery}    ${said}   ${paint(marks[verdict])}   recounted from the data in ${seconds.toFixed(1)} s`
}
