import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { KafkaAccess } from '../../streams/kafka-access.ts'
import { openKafka } from '../../streams/open-kafka.ts'

/** The supervisor's one client: opened when it is first needed, and anew after an attempt that failed. */
export interface KafkaConnection {
  open(): Promise<KafkaClient>
  close(): Promise<void>
}

export interface KafkaConnectionOptions {
  readonly deadlineMs?: number
  /** Resolves when there is something to connect to. */
  readonly whenReady?: () => Promise<unknown>
  /** Rejects a connection that must not be used. */
  readonly onOpen?: (client: KafkaClient) => Promise<void>
}

export function createKafkaConnection(
  access: KafkaAccess,
  { deadlineMs, whenReady, onOpen }: KafkaConnectionOptions,
): KafkaConnection {
  let client: Promise<KafkaClient> | undefined
  const options = { clientId: 'weir-supervisor', ...(deadlineMs === undefined ? {} : { deadlineMs }) }

  async function connect(): Promise<KafkaClient> {
    await whenReady?.()
    const opened = await openKafka(access, options)
    try {
      await onOpen?.(opened)
      return opened
    } catch (error) {
      await opened.close()
      throw error
    }
  }

  return {
    open: () =>
      (client ??= connect().catch((error: unknown) => {
        client = undefined
        throw error
      })),
    close: async () => client?.then((open) => open.close()).catch(() => undefined),
  }
}
