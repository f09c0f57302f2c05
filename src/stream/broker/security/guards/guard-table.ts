import { clusterGuards } from './cluster.ts'
import { configGuards } from './configs.ts'
import { groupOffsetGuards } from './group-offsets.ts'
import { groupGuards } from './groups.ts'
import type { Guard } from './guard.ts'
import { metadataGuards } from './metadata.ts'
import { topicAdminGuards } from './topic-admin.ts'
import { topicDataGuards } from './topic-data.ts'
import { transactionGuards } from './transactions.ts'

/** What each API needs, by its key. */
export const guards: ReadonlyMap<number, Guard> = new Map(
  [
    ...topicDataGuards,
    ...metadataGuards,
    ...topicAdminGuards,
    ...configGuards,
    ...groupGuards,
    ...groupOffsetGuards,
    ...transactionGuards,
    ...clusterGuards,
  ].map((guard) => [guard.api.key, guard]),
)

/** APIs that anybody may ask: SaslHandshake, ApiVersions, SaslAuthenticate. All others have a guard, or nobody may. */
export const unguarded: ReadonlySet<number> = new Set([17, 18, 36])
