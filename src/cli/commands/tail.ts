import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Command } from '../command.ts'
import { numberOption } from '../number-option.ts'
import { mustRun } from '../running.ts'
import { mustExist } from '../stream-names.ts'

export const tail: Command = {
  name: 'tail',
  summary: 'print the records of a stream as they come',
  arguments: [{ name: 'stream', description: 'the name of the stream', required: true }],
  options: [
    { flags: '-n, --lines <count>', description: 'end after this many records' },
    { flags: '--from <place>', description: 'where to begin: start or end', default: 'end' },
  ],
  examples: ['weir tail events', 'weir tail events --from start -n 10'],
  async run({ arguments: [stream], options, output, directory }) {
    const from = options['from'] ?? 'end'
    if (from !== 'start' && from !== 'end')
      throw new WeirError('WEIR-2009', `--from takes start or end, not "${String(from)}"`)
    const count = numberOption('--lines', options['lines']) ?? Infinity
    const { log } = mustRun(directory)
    const { connectKafka } = await import('../../stream/client/connect.ts')
    const { readStream } = await import('../read-stream.ts')
    const client = await connectKafka({ bootstrap: log, clientId: 'weir-tail' })
    try {
      await mustExist(client, stream!)
      let shown = 0
      for await (const record of readStream(client, stream!, from)) {
        output.answer(record, () => record.value ?? '')
        if (++shown >= count) return
      }
    } finally {
      await client.close()
    }
  },
}
