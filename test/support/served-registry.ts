import type { FastifyInstance } from 'fastify'
import { silentLogger } from '../../src/kernel/logger.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { createSchemaRegistry, type SchemaRegistry } from '../../src/stream/registry/schema-registry.ts'
import { withHttpServer } from './http-server.ts'
import { runBroker, type RunningBroker } from './running-broker.ts'

export interface Answered {
  readonly status: number
  readonly body: unknown
}

/** A schema registry over a log of its own, and its REST API. */
export interface ServedRegistry {
  readonly app: FastifyInstance
  readonly broker: RunningBroker
  readonly kafka: KafkaClient
  readonly registry: SchemaRegistry
  get(path: string): Promise<Answered>
  post(path: string, body: unknown): Promise<Answered>
  put(path: string, body: unknown): Promise<Answered>
  delete(path: string): Promise<Answered>
  /** The same log read by another registry: what a restart finds. */
  reopen(): Promise<void>
}

const contentType = 'application/vnd.schemaregistry.v1+json'

export async function withRegistry(run: (served: ServedRegistry) => Promise<void>): Promise<void> {
  await using broker = await runBroker({ config: { autoCreateTopics: false } })
  const kafka = await connectKafka({ bootstrap: broker.bootstrap, deadlineMs: 10_000 })
  const open = (): SchemaRegistry => createSchemaRegistry({ kafka: () => Promise.resolve(kafka), logger: silentLogger })
  let current = open()
  // Each call goes to the registry of now.
  const schemaRegistry: SchemaRegistry = {
    get reader() {
      return current.reader
    },
    state: () => current.state(),
    change: (decide) => current.change(decide),
    close: () => current.close(),
  }
  try {
    await withHttpServer(
      { schemaRegistry: { open: async () => schemaRegistry, close: async () => undefined } },
      async (app) => {
        const call = async (
          method: 'GET' | 'POST' | 'PUT' | 'DELETE',
          path: string,
          body?: unknown,
        ): Promise<Answered> => {
          const answer = await app.inject({
            method,
            url: `/schema-registry${path}`,
            ...(body === undefined ? {} : { payload: JSON.stringify(body), headers: { 'content-type': contentType } }),
          })
          const { statusCode: status, body: text } = answer
          return { status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
        }
        await run({
          app,
          broker,
          kafka,
          registry: schemaRegistry,
          get: (path) => call('GET', path),
          post: (path, body) => call('POST', path, body),
          put: (path, body) => call('PUT', path, body),
          delete: (path) => call('DELETE', path),
          async reopen() {
            await current.close()
            current = open()
          },
        })
      },
    )
  } finally {
    await current.close()
    await kafka.close()
  }
}
