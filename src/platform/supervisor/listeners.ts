import type { Project } from '../project/project.ts'
import type { ListenerSettings } from '../project/stream-settings.ts'

/** Where Kafka clients come in; never empty. */
export function listenersOf({ settings }: Project): readonly ListenerSettings[] {
  return settings.streams?.listeners ?? [{ name: 'kafka', host: '127.0.0.1' }]
}
