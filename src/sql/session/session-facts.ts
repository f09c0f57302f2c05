import { engineSetting } from '../../kernel/answering-engine.ts'
import type { SessionFacts } from '../catalog/rewrite-session.ts'
import type { SessionSettings } from './settings.ts'

/** What functions like current_user() answer in a session. */
export function sessionFacts(database: string, settings: SessionSettings, processId: number): SessionFacts {
  return {
    database,
    processId,
    engine: settings.get(engineSetting),
    user: settings.get('session_authorization'),
    get searchPath() {
      return settings.searchPath
    },
    setting: (name) => settings.get(name),
    configure(name, value) {
      settings.set(name, value)
      return value
    },
  }
}
