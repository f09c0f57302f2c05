import type { SessionViews } from '../bind/session-views.ts'
import type { EngineServices } from '../engine/services.ts'
import type { SessionStatements } from '../session/session-statements.ts'
import type { SessionSettings } from '../session/settings.ts'
import type { Scratch } from './run/scratch.ts'
import type { TransactionChanges } from './transaction-changes.ts'

/** What the writes of one session work with. */
export interface WriteParts {
  readonly services: EngineServices
  readonly settings: SessionSettings
  readonly views: SessionViews
  readonly statements: SessionStatements
  readonly changes: TransactionChanges
  readonly scratch: Scratch
}
