import { z } from 'zod'
import { items } from '../answers/list.ts'
import { produced, streamRecord, streamSubject } from '../answers/records.ts'
import { typed, type Routes } from './route.ts'

const params = z.object({ name: z.string() })
const place = z.strictObject({
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  partition: z.coerce.number().int().min(0).optional(),
  offset: z.string().regex(/^\d+$/, 'a number').optional(),
})
const records = z.strictObject({
  records: z
    .array(z.strictObject({ key: z.string().nullish(), value: z.string().nullable() }))
    .min(1)
    .max(100_000),
})

/** For people and scripts; programs speak Kafka. */
export const recordRoutes: Routes = (untyped, { operations }) => {
  const app = typed(untyped)
  const api = { tags: ['streams'], params }

  app.get(
    '/api/v1/streams/:name/records',
    {
      schema: {
        ...api,
        summary: 'The newest records, or those from an offset on',
        querystring: place,
        response: { 200: items(streamRecord) },
      },
    },
    async ({ params: { name }, query: { limit, partition, offset } }) => ({
      items: await operations.records.read(name, {
        limit,
        ...(partition === undefined ? {} : { partition }),
        ...(offset === undefined ? {} : { offset }),
      }),
    }),
  )

  app.get(
    '/api/v1/streams/:name/subjects',
    {
      schema: {
        ...api,
        summary: 'Subjects of the schema registry that are named after the stream',
        response: { 200: items(streamSubject) },
      },
    },
    async ({ params: { name } }) => ({ items: await operations.records.subjects(name) }),
  )

  app.post(
    '/api/v1/streams/:name/records',
    {
      schema: {
        ...api,
        summary: 'Append records; acknowledged when it answers',
        body: records,
        response: { 200: produced },
      },
    },
    ({ params: { name }, body }) =>
      operations.records.produce(
        name,
        body.records.map(({ key = null, value }) => ({ key, value })),
      ),
  )
}
