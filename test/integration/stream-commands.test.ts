import { describeStreamCommands } from '../contracts/stream-commands.ts'
import { runBroker } from '../support/running-broker.ts'

describeStreamCommands("Weir's own log", async () => {
  const log = await runBroker()
  return { bootstrap: log.bootstrap, stop: async () => log[Symbol.asyncDispose]() }
})
