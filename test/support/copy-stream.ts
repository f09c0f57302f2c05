import type pg from 'pg'

interface Connection {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
  stream: { write(bytes: Buffer): boolean }
}

/** What a COPY … FROM STDIN is sent: the chunks, then its end, or that the client has failed. */
export interface CopyData {
  readonly chunks: Iterable<string | Buffer>
  readonly fails?: string
  /** Called between the chunks and the end. */
  readonly before?: () => Promise<void>
}

/** Runs COPY … FROM STDIN over a connection of node-postgres, which leaves the protocol to whoever submits a query. */
export function copyFrom(client: pg.Client, text: string, { chunks, fails, before }: CopyData): Promise<string> {
  return new Promise((resolve, reject) => {
    let tag = ''
    const query = {
      submit(connection: Connection) {
        connection.query(text)
      },
      handleCopyInResponse(connection: Connection) {
        void send(connection)
      },
      handleCommandComplete: (message: { text: string }) => void (tag = message.text),
      handleError: reject,
      handleReadyForQuery: () => resolve(tag),
      handleRowDescription: () => undefined,
      handleDataRow: () => undefined,
      handlePortalSuspended: () => undefined,
      handleEmptyQuery: () => undefined,
      handleCopyData: () => undefined,
      callback: () => undefined,
    }
    const send = async (connection: Connection): Promise<void> => {
      for (const chunk of chunks) connection.sendCopyFromChunk(Buffer.from(chunk as string))
      await before?.()
      if (fails === undefined) connection.endCopyFrom()
      else connection.sendCopyFail(fails)
    }
    client.query(query as never)
  })
}

/** What COPY … TO STDOUT gives. */
export function copyTo(client: pg.Client, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const nothing = () => undefined
    const query = {
      submit: (connection: Connection) => connection.query(text),
      handleCopyData: ({ chunk }: { readonly chunk: Buffer }) => void chunks.push(chunk),
      handleError: reject,
      handleReadyForQuery: () => resolve(Buffer.concat(chunks).toString()),
      handleCommandComplete: nothing,
      handleRowDescription: nothing,
      handleDataRow: nothing,
      handlePortalSuspended: nothing,
      handleEmptyQuery: nothing,
      callback: nothing,
    }
    client.query(query as unknown as pg.Submittable)
  })
}
