import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { runEmbeddedLog, type EmbeddedLogOptions } from './embedded-log.ts'
import { useRealKafka } from './real-kafka.ts'
import { clusterNote, refuseOtherStreams } from './streams-note.ts'
import type { StreamsPlace } from './streams-place.ts'

/** The streams of the project: in the log, which begins to start, or in the Kafka that the project names. WEIR-2018. */
export async function openStreams(options: EmbeddedLogOptions): Promise<StreamsPlace> {
  const { places, project, projectDirectory } = options
  const { bootstrap, tls, sasl } = project.settings.streams ?? {}
  await refuseOtherStreams(places, bootstrap === undefined ? 'log' : 'kafka', nodeFiles)
  if (bootstrap === undefined) return runEmbeddedLog(options)
  const access = {
    bootstrap: bootstrap.join(','),
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
    projectDirectory,
  }
  return useRealKafka(access, clusterNote(places, nodeFiles))
}
