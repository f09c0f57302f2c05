import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { silentLogger } from '../../src/kernel/logger.ts'
import { startBroker } from '../../src/stream/broker/start-broker.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { deleteVersion } from '../../src/stream/registry/decide/delete-versions.ts'
import { registerSchema } from '../../src/stream/registry/decide/register-schema.ts'
import { createSchemaRegistry } from '../../src/stream/registry/schema-registry.ts'

// A log and a schema registry over it in a process of its own, to be killed: answers what its parent asks, and ends with it.
export type Ask =
  | { readonly call: number; readonly do: 'register'; readonly subject: string; readonly schema: string }
  | {
      readonly call: number
      readonly do: 'delete'
      readonly subject: string
      readonly version: number
      readonly permanent: boolean
    }
  | { readonly call: number; readonly do: 'list' }

export interface Listed {
  readonly subject: string
  readonly version: number
  readonly id: number
  readonly schema: string
  readonly deleted: boolean
}

const directory = process.argv[2]!
const config = { directory, host: '127.0.0.1', port: 0, autoCreateTopics: false, defaultPartitions: 4 }
const broker = await startBroker(config, { files: nodeFiles, clock: systemClock, logger: silentLogger })
const kafka = await connectKafka({ bootstrap: `127.0.0.1:${broker.port}` })
const registry = createSchemaRegistry({ kafka: () => Promise.resolve(kafka), logger: silentLogger })

async function answer(ask: Ask): Promise<unknown> {
  switch (ask.do) {
    case 'register': {
      const request = {
        schema: ask.schema,
        schemaType: 'AVRO',
        references: [],
        metadata: undefined,
        version: 0,
        id: undefined,
      }
      const { id, version } = await registry.change((state) =>
        registerSchema(state, registry.reader, ask.subject, request, { normalize: false, force: true }),
      )
      return { id, version }
    }
    case 'delete':
      return registry.change((state) => deleteVersion(state, ask.subject, ask.version, ask.permanent))
    case 'list': {
      const state = await registry.state()
      const versions = state.subjects().flatMap((subject) => state.versions(subject))
      return versions.map(({ subject, version, id, value, deleted }): Listed => ({
        subject,
        version,
        id,
        schema: value.schema,
        deleted,
      }))
    }
  }
}

process.on('disconnect', () => process.exit(0))
process.on('message', (ask: Ask) => {
  answer(ask).then(
    (answered) => process.send?.({ call: ask.call, answered }),
    (error: unknown) => process.send?.({ call: ask.call, error: (error as Error).message }),
  )
})
process.send!({ ready: true })
