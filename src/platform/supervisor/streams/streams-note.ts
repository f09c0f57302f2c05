import { join } from 'node:path'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import type { DataDirectory } from '../data-directory.ts'
import { readNote } from '../read-note.ts'
import { writeDurably } from '../write-durably.ts'

/** `streams.json` of a data directory: where the streams of its deliveries lie. Elsewhere each would find other topics under its names. */
interface StreamsNote {
  readonly in: 'log' | 'kafka'
  /** Id of the cluster, once it was reached. */
  readonly cluster?: string
}

export const streamsNoteName = 'streams.json'

type Places = Pick<DataDirectory, 'root' | 'log'>

/** WEIR-2018 when the directory's streams lie in the other place; notes it at the first start. */
export async function refuseOtherStreams(places: Places, wanted: StreamsNote['in'], files: Files): Promise<void> {
  const found = await noted(places, files)
  if (found && found.in !== wanted) throw otherStreams(places, nameOf(found), nameOf({ in: wanted }))
  if (!found) await writeNote(places, { in: wanted }, files)
}

/** Holds the directory to the first cluster that it is connected to. */
export function clusterNote(places: Places, files: Files): (cluster: string) => Promise<void> {
  return async (cluster) => {
    const found = await noted(places, files)
    if (found?.cluster === cluster) return
    if (found?.cluster !== undefined) throw otherStreams(places, nameOf(found), nameOf({ in: 'kafka', cluster }))
    await writeNote(places, { in: 'kafka', cluster }, files)
  }
}

/** Undefined before the first start, and where only an earlier version of Weir ran: then they lie in the log. */
export async function whereStreamsLie(root: string, files: Files): Promise<StreamsNote['in'] | undefined> {
  return (await noted({ root, log: join(root, 'log') }, files))?.in
}

async function noted({ root, log }: Places, files: Files): Promise<StreamsNote | undefined> {
  const note = await readNote<StreamsNote>(join(root, streamsNoteName), files)
  if (note !== undefined) return note
  // Before there was a note there was only the log.
  return (await files.list(join(log, 'topics'))).length > 0 ? { in: 'log' } : undefined
}

function writeNote({ root }: Places, note: StreamsNote, files: Files): Promise<void> {
  return writeDurably(join(root, streamsNoteName), `${JSON.stringify(note)}\n`, files)
}

function otherStreams({ root }: Places, found: string, wanted: string): WeirError {
  return new WeirError(
    'WEIR-2018',
    `the streams of ${root} lie in ${found}, but this start would use ${wanted}. Choose the environment that it was started with (--env), or give this one a data directory of its own (dataDirectory)`,
  )
}

function nameOf({ in: kind, cluster }: StreamsNote): string {
  if (kind === 'log') return "Weir's own log"
  return cluster === undefined ? 'a Kafka' : `the Kafka cluster ${cluster}`
}
