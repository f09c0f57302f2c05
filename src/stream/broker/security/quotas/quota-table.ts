import type { Quota, QuotaEntity, QuotaKey } from './quota.ts'

/** Whose requests are counted together, and up to what. */
export interface Limit {
  readonly perSecond: number
  /** Requests of the same one share a limit. */
  readonly sharedBy: string
}

export interface QuotaTable {
  readonly isEmpty: boolean
  limitOf(key: QuotaKey, user: string, clientId: string): Limit | undefined
}

/** The most specific quota counts, in Kafka's order: that of a user goes before that of a client-id, a name before the default. */
export function createQuotaTable(quotas: readonly Quota[]): QuotaTable {
  const byEntity = new Map(quotas.map(({ entity, limits }) => [keyOf(entity), limits]))
  return {
    isEmpty: byEntity.size === 0,
    limitOf(key, user, clientId) {
      for (const entity of candidates(user, clientId)) {
        const perSecond = byEntity.get(keyOf(entity))?.[key]
        if (perSecond !== undefined) return { perSecond, sharedBy: sharedBy(entity, user, clientId) }
      }
      return undefined
    },
  }
}

function candidates(user: string, clientId: string): readonly QuotaEntity[] {
  return [
    { user, clientId },
    { user, clientId: null },
    { user },
    { user: null, clientId },
    { user: null, clientId: null },
    { user: null },
    { clientId },
    { clientId: null },
  ]
}

function sharedBy(entity: QuotaEntity, user: string, clientId: string): string {
  return JSON.stringify([entity.user === undefined ? null : user, entity.clientId === undefined ? null : clientId])
}

function keyOf({ user, clientId }: QuotaEntity): string {
  const part = (name: string | null | undefined): unknown => (name === undefined ? 0 : name)
  return JSON.stringify([part(user), part(clientId)])
}
