import { z } from 'zod'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import type { ProducedRecord } from '../../platform/stream-api/records.ts'
import { errorBody } from '../http-status.ts'
import { openEventStream } from '../event-stream.ts'
import { items } from '../answers/list.ts'
import { produced, recordDetail, recordsPage, streamSubject } from '../answers/records.ts'
import { timeParameter } from '../time-parameter.ts'
import { typed, type Routes } from './route.ts'

const params = z.object({ name: z.string() })
const recordParams = params.extend({
  partition: z.coerce.number().int().min(0),
  offset: z.coerce.number().int().min(0),
})

const textBytes = z.coerce.number().int().min(16).max(1_000_000)
const place = 'beginning, end, an offset, -10, "10 minutes ago" or an ISO time'
const reading = {
  partition: z
    .string()
    .regex(/^\d{1,6}(,\d{1,6})*$/, 'numbers, separated by commas')
    .optional()
    .describe('Only these partitions: 0,2.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.string().max(14_000).optional().describe('next of the page before.'),
  uncommitted: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Records of transactions that are open or were aborted too.'),
  textBytes: textBytes.default(2000).describe('Of each key, value and header, in the text.'),
}
const pageQuery = z.strictObject({
  ...reading,
  from: z.string().optional().describe(`Oldest first from there on, newest first without it: ${place}.`),
})
const searchQuery = z.strictObject({
  ...reading,
  has: z.string().min(1).optional().describe('Is in the key or in the value. Capitals matter.'),
  key: z.string().optional().describe('The whole key.'),
  keyHas: z.string().min(1).optional().describe('Is in the key.'),
  valueHas: z.string().min(1).optional().describe('Is in the value.'),
  header: z.string().min(1).optional().describe('name or name=value.'),
  order: z.enum(['newest', 'oldest']).default('newest'),
  from: z.string().optional().describe(`Where the range begins: ${place}.`),
  until: z.string().optional().describe('Where it ends.'),
  bytesMax: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_000_000_000)
    .default(256_000_000)
    .describe('What is read before it ends, to be gone on with.'),
})

const encoding = z.enum(['utf-8', 'base64']).default('utf-8')
const bytesText = z.string().nullable()
const produceBody = z.strictObject({
  records: z
    .array(
      z.strictObject({
        key: bytesText.optional(),
        keyEncoding: encoding,
        value: bytesText.describe('null for a tombstone.'),
        valueEncoding: encoding,
        headers: z.array(z.strictObject({ key: z.string(), value: bytesText, encoding })).default([]),
        partition: z.int().min(0).optional().describe('By key, or in turn, without it.'),
        timestamp: z.string().optional().describe('ISO 8601; now without it.'),
      }),
    )
    .min(1)
    .max(100_000),
})

/** For people and scripts; programs speak Kafka. */
export const recordRoutes: Routes = (untyped, { operations }) => {
  const app = typed(untyped)
  const api = { tags: ['records'], params }
  const { records, streams } = operations

  app.get(
    '/api/v1/streams/:name/records',
    {
      schema: {
        ...api,
        summary: 'A page of records: the newest first, or the oldest first from a place on',
        querystring: pageQuery,
        response: { 200: recordsPage },
      },
    },
    ({ params: { name }, query: { partition, uncommitted, textBytes: textBytesMax, ...query } }) =>
      records.page(name, { ...query, ...choiceOf(partition, uncommitted), textBytesMax }),
  )

  app.get(
    '/api/v1/streams/:name/search',
    {
      schema: {
        ...api,
        summary: 'Server-sent events of a search: records, progress, end, error. It ends when the client goes',
        querystring: searchQuery,
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const { partition, uncommitted, textBytes: textBytesMax, key, keyHas, valueHas, has, header, ...search } = query
      const filter = { key, keyHas, valueHas, has, header }
      const gone = new AbortController()
      const wanted = { ...search, ...choiceOf(partition, uncommitted), filter, textBytesMax }
      const found = records.search(params.name, wanted, gone.signal)[Symbol.asyncIterator]()
      // What is wrong with the request is an answer like any other; after that it is an event.
      let event = await found.next()
      const stream = openEventStream(request, reply)
      stream.onClose(() => gone.abort())
      try {
        for (; !event.done; event = await found.next()) {
          const { kind, ...data } = event.value
          stream.send(kind, data)
        }
      } catch (error) {
        if (!gone.signal.aborted) stream.send('error', errorBody(asWeirError(error)))
      }
      stream.end()
    },
  )

  app.get(
    '/api/v1/streams/:name/records/:partition/:offset',
    {
      schema: {
        tags: api.tags,
        params: recordParams,
        summary: 'One record with its batch and its neighbours',
        querystring: z.strictObject({ textBytes: textBytes.default(1_000_000) }),
        response: { 200: recordDetail },
      },
    },
    ({ params: { name, partition, offset }, query }) => records.one(name, partition, offset, query.textBytes),
  )

  for (const part of ['key', 'value'] as const)
    app.get(
      `/api/v1/streams/:name/records/:partition/:offset/${part}`,
      { schema: { tags: api.tags, params: recordParams, summary: `The ${part} of a record as it is` } },
      async ({ params: { name, partition, offset } }, reply) => {
        const bytes = await records.bytes(name, partition, offset, part)
        if (bytes === null) throw new WeirError('WEIR-3124', `the record at offset ${offset} of ${name} has no ${part}`)
        return reply
          .type('application/octet-stream')
          .header('content-disposition', `attachment; filename="${name}-${partition}-${offset}-${part}"`)
          .send(bytes)
      },
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
    async ({ params: { name } }) => ({ items: await streams.subjects(name) }),
  )

  app.post(
    '/api/v1/streams/:name/records',
    {
      schema: {
        ...api,
        summary: 'Append records; acknowledged when it answers',
        body: produceBody,
        response: { 200: produced },
      },
    },
    async ({ params: { name }, body }) => records.produce(name, body.records.map(recordOf)),
  )
}

function choiceOf(partition: string | undefined, uncommitted: 'true' | 'false') {
  return {
    partitions: partition?.split(',').map(Number),
    isolation: uncommitted === 'true' ? ('uncommitted' as const) : ('committed' as const),
  }
}

function recordOf(given: z.output<typeof produceBody>['records'][number]): ProducedRecord {
  const { key = null, keyEncoding, value, valueEncoding, headers, partition, timestamp } = given
  return {
    key: bytesOf(key, keyEncoding),
    value: bytesOf(value, valueEncoding),
    headers: headers.map((header) => ({ key: header.key, value: bytesOf(header.value, header.encoding) })),
    partition,
    timestampMs: timestamp === undefined ? undefined : timeParameter('timestamp', timestamp),
  }
}

function bytesOf(text: string | null, textEncoding: 'utf-8' | 'base64'): Buffer | null {
  return text === null ? null : Buffer.from(text, textEncoding)
}
