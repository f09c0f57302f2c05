import { open } from 'node:fs/promises'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Command } from '../command.ts'
import { csvRecords, type HeaderUse } from '../csv-records.ts'
import { formatCount } from '../output.ts'
import { mustRun } from '../running.ts'
import { createStream, mustExist } from '../stream-names.ts'
import { connectWeir } from '../weir-client.ts'

export const produce: Command = {
  name: 'produce',
  summary: 'send lines to a stream, each a record, and wait until all are durable',
  arguments: [
    { name: 'stream', description: 'the name of the stream', required: true },
    { name: 'file', description: 'lines to send; standard input without it', required: false },
  ],
  options: [
    { flags: '--key <text>', description: 'the key of every record: all go to one partition, in order' },
    {
      flags: '--header <use>',
      description:
        'the first line names the columns of a CSV: send it with each record, for deliveries with csv: { header: true }, or skip it, for others',
    },
    { flags: '--create', description: 'make the stream when there is none' },
  ],
  examples: [
    'weir produce events < events.ndjson',
    `echo '{"id": 1}' | weir produce events`,
    'weir produce prices prices.csv --header skip',
  ],
  async run({ arguments: [stream, file], options, output, directory }) {
    const header = headerUse(options['header'])
    const { log } = mustRun(directory)
    if (file === undefined && process.stdin.isTTY) output.note('Lines from the terminal; Ctrl-D ends them.')
    const input = file === undefined ? process.stdin : await openLines(file)
    const { connectKafka } = await import('../../stream/client/connect.ts')
    const client = await connectKafka({ bootstrap: log, clientId: 'weir-produce' })
    try {
      if (options['create'] === true) await createStream(client, connectWeir(directory), stream!)
      // A producer would have the log make it, be the name mistyped, or declared and Failed.
      else await mustExist(client, stream!, 'weir status shows what is declared; --create makes what is not.')
      const producer = await client.createProducer({ topic: stream! })
      const key = typeof options['key'] === 'string' ? options['key'] : null
      if (header !== undefined) for await (const value of csvRecords(input, header)) await producer.send({ value, key })
      else if (key !== null) await sendKeyed(input, (value) => producer.send({ value, key }))
      else for await (const chunk of input) await producer.sendLines(chunk as Buffer)
      const { records, bytes } = await producer.flush()
      output.answer(
        { stream, records, bytes },
        () => `${formatCount(records)} ${records === 1 ? 'record is' : 'records are'} in ${stream}, durable.`,
      )
    } finally {
      await client.close()
    }
  },
}

function headerUse(value: string | boolean | undefined): HeaderUse | undefined {
  if (value === undefined || value === 'send' || value === 'skip') return value
  throw new WeirError('WEIR-2009', `--header takes send or skip, not "${value}"`)
}

/** WEIR-2009 before anything is sent. */
async function openLines(path: string): Promise<NodeJS.ReadableStream> {
  const refuse = (why: string): never => {
    throw new WeirError(
      'WEIR-2009',
      `${path} cannot be read: ${why}. Name a file of lines, or send them by standard input`,
    )
  }
  const file = await open(path).catch((error: NodeJS.ErrnoException) => refuse(error.code ?? error.message))
  if ((await file.stat()).isDirectory()) {
    await file.close()
    refuse('it is a folder')
  }
  return file.createReadStream({ highWaterMark: 1 << 20 })
}

async function sendKeyed(
  input: NodeJS.ReadableStream,
  send: (line: string) => Promise<void> | undefined,
): Promise<void> {
  const { createInterface } = await import('node:readline')
  for await (const line of createInterface({ input })) if (line !== '') await send(line)
}
