import type { Project } from '../project/project.ts'
import type { ListenerSettings } from '../project/stream-settings.ts'

/** Where Kafka clients come in; none where streams lie in a Kafka of somebody else. */
export function listenersOf({ settings }: Project): readonly ListenerSettings[] {
  if (settings.streams?.bootstrap !== undefined) return []
  return settings.streams?.listeners ?? [{ name: 'kafka', host: '127.0.0.1' }]
}
