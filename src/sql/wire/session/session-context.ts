import type { StatementKind } from '../../gate/kind.ts'
import type { Statement } from '../../gate/statement.ts'
import { sqlError } from '../../sql-error.ts'
import type { Parameter, QueryService } from '../query-service.ts'
import type { WriteService } from '../write-service.ts'
import type { TextStyle } from '../values/text.ts'
import { zoneOffsets } from '../values/time-zone.ts'
import type { OpenCursors } from './open-cursors.ts'
import type { MessageSource } from './message-source.ts'
import type { Outbox } from './outbox.ts'
import type { Portal, QueryPortal } from './portal.ts'
import type { Settings } from './session-statement.ts'
import type { Transaction } from './transaction.ts'

/** A statement that Parse left. Undefined for an empty one. */
export interface PreparedStatement {
  readonly statement: Statement | undefined
  readonly kind: StatementKind | undefined
  readonly oids: readonly number[]
}

/** A statement with what Bind said of it. */
export interface BoundStatement {
  readonly statement: Statement
  readonly kind: StatementKind
  readonly parameters: readonly Parameter[]
  readonly formats: readonly number[]
}

/** What the messages of one session share. */
export interface SessionContext {
  readonly out: Outbox
  readonly queries: QueryService
  readonly writes: WriteService
  /** What the client sends, for COPY. */
  readonly messages: MessageSource
  readonly settings: Settings
  /** For counts: a statement began and ended. */
  readonly observe: (event: 'start' | 'done' | 'failed') => void
  readonly transaction: Transaction
  readonly statements: Map<string, PreparedStatement>
  /** What Bind made. */
  readonly portals: Map<string, Portal>
  /** What DECLARE made; portals to the protocol as well. */
  readonly cursors: OpenCursors
}

export const styleOf = ({ settings }: SessionContext): TextStyle => ({
  offsetAt: zoneOffsets(settings.get('TimeZone')),
})

export async function closeAll(portals: Map<string, Portal>): Promise<void> {
  const open = [...portals.values()]
  portals.clear()
  for (const portal of open) await portal.close()
}

export async function closeOne(portals: Map<string, Portal>, name: string): Promise<void> {
  const open = portals.get(name)
  portals.delete(name)
  await open?.close()
}

export function cursorOf({ cursors }: SessionContext, name: string): QueryPortal {
  const portal = cursors.get(name)
  if (!portal) throw sqlError('WEIR-6003', `cursor "${name}" does not exist`, { sqlstate: '34000' })
  return portal
}
