import { alterClientQuotasApi } from '../../protocol/apis/alter-client-quotas.ts'
import { describeClientQuotasApi } from '../../protocol/apis/describe-client-quotas.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { quotaKeys, sameEntity, type Quota, type QuotaEntity, type QuotaKey } from '../security/quotas/quota.ts'
import type { SecurityState } from '../security/security-state.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

type AlterEntry = RequestOf<typeof alterClientQuotasApi>['entries'][number]
type Component = RequestOf<typeof describeClientQuotasApi>['components'][number]

interface Outcome {
  readonly entry: AlterEntry
  readonly error?: unknown
}

/** Names of the protocol. */
const entityTypes = { user: 'user', 'client-id': 'clientId' } as const
type EntityType = keyof typeof entityTypes
const matchTypes = { exact: 0, default: 1, specified: 2 } as const
const quotasMax = 10_000

/** Quotas of users and client-ids as Kafka's tools list and change them. */
export function quotaHandlers({ security, logger }: ApiServices): Handler[] {
  const { store, log } = security
  return [
    handle(describeClientQuotasApi, ({ components, strict }) => {
      try {
        const filter = filterOf(components)
        const found = store.state.quotas.filter(({ entity }) => matches(entity, filter, strict))
        return { errorMessage: null, entries: found.map(wireQuota) }
      } catch (error) {
        return { ...refusalOf(error, logger), entries: null }
      }
    }),
    handle(alterClientQuotasApi, async ({ entries, validateOnly }, { principal, clientHost }) => {
      const outcomes = await store
        .change((state) => {
          let next = state
          const answer = entries.map((entry): Outcome => {
            try {
              next = altered(next, entry)
              return { entry }
            } catch (error) {
              return { entry, error }
            }
          })
          return validateOnly || next === state ? { answer } : { answer, state: next }
        })
        .catch((error: unknown) => entries.map((entry): Outcome => ({ entry, error })))
      const done = validateOnly ? [] : outcomes.filter((outcome) => !('error' in outcome))
      log.onChange(
        done.map(({ entry }) => changeOf(entry)),
        principal,
        clientHost,
      )
      return {
        entries: outcomes.map((outcome) => ({
          entity: outcome.entry.entity,
          ...('error' in outcome ? refusalOf(outcome.error, logger) : { errorMessage: null }),
        })),
      }
    }),
  ]
}

function altered(state: SecurityState, { entity: wire, ops }: AlterEntry): SecurityState {
  const entity = entityOf(wire)
  const keys = ops.map(({ key }) => key)
  if (new Set(keys).size < keys.length) throw invalid('Duplicate quota key')
  const known = state.quotas.find((quota) => sameEntity(quota.entity, entity))
  const limits: Partial<Record<QuotaKey, number>> = { ...known?.limits }
  for (const { key, value, remove } of ops) {
    if (remove) delete limits[keyOf(key)]
    else limits[keyOf(key)] = checkedLimit(keyOf(key), value)
  }
  const others = state.quotas.filter((quota) => quota !== known)
  const quotas = Object.keys(limits).length === 0 ? others : [...others, { entity, limits }]
  if (quotas.length > quotasMax)
    throw new KafkaRefusal('POLICY_VIOLATION', `this log keeps at most ${quotasMax} quotas`)
  return { ...state, quotas }
}

function keyOf(key: string): QuotaKey {
  const known = quotaKeys.find((name) => name === key)
  if (known) return known
  throw invalid(`Invalid configuration key ${key}`)
}

function checkedLimit(key: QuotaKey, value: number): number {
  if (!(value > 0)) throw invalid(`Quota ${key} must be greater than 0`)
  const isWhole = key === 'producer_byte_rate' || key === 'consumer_byte_rate'
  if (isWhole && Math.abs(value % 1) > 1e-6) throw invalid(`${key} cannot be a fractional value.`)
  return value
}

function entityOf(parts: AlterEntry['entity']): QuotaEntity {
  if (parts.length === 0) throw invalid('Invalid empty client quota entity')
  const entity: { user?: string | null; clientId?: string | null } = {}
  for (const { entityType, entityName } of parts) {
    const type = entityTypes[typeOf(entityType)]
    if (type in entity) throw invalid('Invalid client quota entity, contains duplicate entity type')
    if (entityName === '') throw invalid(`Invalid ${entityType}: it has no name`)
    entity[type] = entityName
  }
  return entity
}

function typeOf(entityType: string): EntityType {
  if (entityType in entityTypes) return entityType as EntityType
  if (entityType === 'ip') throw invalid('Quotas of addresses (ip) are not enforced by this log; use user or client-id')
  throw invalid(`Unhandled client quota entity type: ${entityType}`)
}

function invalid(message: string): KafkaRefusal {
  return new KafkaRefusal('INVALID_REQUEST', message)
}

type Filter = ReadonlyMap<keyof QuotaEntity, Component>

function filterOf(components: readonly Component[]): Filter {
  const filter = new Map<keyof QuotaEntity, Component>()
  for (const component of components) {
    const { entityType, matchType, match } = component
    if (entityType === '') throw invalid('Invalid empty entity type.')
    // Nothing is kept for addresses: then nothing is found.
    if (!(entityType in entityTypes) && entityType !== 'ip')
      throw new KafkaRefusal('UNSUPPORTED_VERSION', `Unsupported entity type ${entityType}`)
    const type = entityType === 'ip' ? ('ip' as keyof QuotaEntity) : entityTypes[entityType as EntityType]
    if (filter.has(type)) throw invalid(`Entity type ${entityType} cannot appear more than once in the filter.`)
    if ((matchType === matchTypes.exact) === (match === null) || matchType < 0 || matchType > matchTypes.specified)
      throw invalid(`Match type ${matchType} with the name ${match}`)
    filter.set(type, component)
  }
  return filter
}

function matches(entity: QuotaEntity, filter: Filter, strict: boolean): boolean {
  if (strict && Object.keys(entity).length !== filter.size) return false
  return [...filter].every(([type, { matchType, match }]) => {
    if (!(type in entity)) return false
    return matchType === matchTypes.specified || entity[type] === match
  })
}

function wireQuota({ entity, limits }: Quota) {
  const types = Object.entries(entityTypes).filter(([, type]) => type in entity)
  return {
    entity: types.map(([entityType, type]) => ({ entityType, entityName: entity[type] ?? null })),
    values: Object.entries(limits).map(([key, value]) => ({ key, value })),
  }
}

function changeOf({ entity, ops }: AlterEntry) {
  const name = entity.map(({ entityType, entityName }) => `${entityType} ${entityName ?? 'default'}`).join(', ')
  const detail = Object.fromEntries(ops.map(({ key, value, remove }) => [key, remove ? null : value]))
  return { kind: 'quota', action: 'alter', name, detail } as const
}
