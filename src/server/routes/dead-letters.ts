import { z } from 'zod'
import { deliveryCodes } from '../../kernel/errors/delivery-codes.ts'
import type { LetterChoice } from '../../platform/operations.ts'
import { items, page as pageOf } from '../answers/list.ts'
import { deadLetter, letterReason, replayResult } from '../answers/records.ts'
import { actorOf } from './actor.ts'
import { typed, type Routes } from './route.ts'

const partition = z.int().min(0)
const choice = {
  code: z.string().optional().describe('Only those rejected with this code.'),
  reason: z.string().min(1).optional().describe('Only those with this in their reason.'),
}
const page = z.strictObject({
  delivery: z.string(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  after: z.string().optional().describe('next of the page before.'),
  partition: z.coerce.number().pipe(partition).optional(),
  ...choice,
})
const replay = z.strictObject({
  delivery: z.string(),
  partition: partition.optional(),
  ...choice,
  letters: z
    .array(z.strictObject({ source: z.string(), partition, offset: z.string().regex(/^\d+$/, 'a number') }))
    .min(1)
    .max(10_000)
    .optional()
    .describe('Only these.'),
})

const letterPage = pageOf(deadLetter).extend({ total: z.int().describe('All that are in force, whatever is chosen.') })

/** Codes of dead letters are the first of a delivery's; the others halt it. */
const reasons = Object.entries(deliveryCodes)
  .filter(([code]) => code < 'WEIR-5010')
  .map(([code, { cause, remedy }]) => ({ code, cause, remedy }))

export const letterRoutes: Routes = (untyped, { control, operations }) => {
  const app = typed(untyped)
  const api = { tags: ['dead letters'] }

  app.get(
    '/api/v1/dead-letters',
    {
      schema: {
        ...api,
        summary: 'Records that did not fit, with their bytes and the reason',
        querystring: page,
        response: { 200: letterPage },
      },
    },
    async ({ query: { delivery, limit, after, ...wanted } }) => {
      await control.get({ kind: 'delivery', name: delivery })
      return operations.letters.list(delivery, { limit, ...(after === undefined ? {} : { after }) }, given(wanted))
    },
  )

  app.get(
    '/api/v1/dead-letters/reasons',
    { schema: { ...api, summary: 'What a dead letter can be for', response: { 200: items(letterReason) } } },
    () => ({
      items: reasons,
    }),
  )

  app.post(
    '/api/v1/dead-letters/replay',
    {
      schema: {
        ...api,
        summary: 'Try them again, all or those that are chosen',
        body: replay,
        response: { 200: replayResult },
      },
    },
    async (request) => {
      const { delivery, ...wanted } = request.body
      await control.get({ kind: 'delivery', name: delivery })
      const chosen = given(wanted)
      const result = await operations.letters.replay(delivery, chosen)
      const { letters, ...filter } = chosen
      await control.record({
        actor: actorOf(request),
        action: 'replay',
        kind: 'delivery',
        name: delivery,
        detail: { ...result, ...filter, ...(letters ? { chosen: letters.length } : {}) },
      })
      return result
    },
  )
}

type Optional<Shape> = { readonly [Key in keyof Shape]?: Shape[Key] | undefined }

/** Without what was not given. */
function given(wanted: Optional<LetterChoice>): LetterChoice {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}
