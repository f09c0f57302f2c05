import type { EventEmitter } from 'node:events'

/** How Weir's own engine is called where a client is told which engine answers. */
export const embeddedEngine = 'DuckDB'

/** The setting that says it, which the PostgreSQL port reports to each client. */
export const engineSetting = 'weir.engine'

/** What a PostgreSQL client says at its start when it wants the own one, whatever the project says. */
export const ownEngineOption = `-c ${engineSetting}=${embeddedEngine}`

/** What a PostgreSQL client that is not connected yet will have been told of the engine. */
export function engineOf(client: object): () => string {
  let engine: string = embeddedEngine
  const { connection } = client as { readonly connection: EventEmitter }
  connection.on('parameterStatus', (said: { readonly parameterName: string; readonly parameterValue: string }) => {
    if (said.parameterName === engineSetting) engine = said.parameterValue
  })
  return () => engine
}
