/** What can be limited. */
export const quotaKeys = [
  'producer_byte_rate',
  'consumer_byte_rate',
  'request_percentage',
  'controller_mutation_rate',
] as const

export type QuotaKey = (typeof quotaKeys)[number]

/** Whom a quota is for. null is the default: all that have none of their own; left out, it makes no difference. */
export interface QuotaEntity {
  readonly user?: string | null
  readonly clientId?: string | null
}

export interface Quota {
  readonly entity: QuotaEntity
  readonly limits: Readonly<Partial<Record<QuotaKey, number>>>
}
export function sameEntity(one: QuotaEntity, other: QuotaEntity): boolean {
  return one.user === other.user && one.clientId === other.clientId
}
